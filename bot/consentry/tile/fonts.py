"""Text on a picture: a font that has its characters, and lines that fit."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

from consentry.errors import SetupError

Font = ImageFont.FreeTypeFont

FOLDERS = {
    "linux": ("/usr/share/fonts", "/usr/local/share/fonts"),
    "darwin": ("/System/Library/Fonts", "/Library/Fonts"),
    "win32": ("C:/Windows/Fonts",),
}

FAMILIES = (
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("segoeui.ttf", "segoeuib.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("Arial.ttf", "Arial Bold.ttf"),
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    ("NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"),
    ("NotoSansDevanagari-Regular.ttf", "NotoSansDevanagari-Bold.ttf"),
)
"""Regular and bold, the best legible in small sizes first, then those of further scripts."""

ELLIPSIS = "…"
_NO_CHARACTER = "\U0010ffff"


class Face:
    """One size and weight of type, made of as many fonts as it takes.

    Each character is drawn with the first font that has it, an accented letter that none has
    without its accent, and anything else that none has is left out.
    """

    def __init__(self, fonts: Sequence[Font]) -> None:
        self._fonts = fonts
        self._missing = [_picture(font, _NO_CHARACTER) for font in fonts]
        self._known: dict[str, int | None] = {}
        metrics = fonts[0].getmetrics()
        self.height = metrics[0] + metrics[1]

    def legible(self, text: str) -> str:
        """``text`` with nothing in it that can't be drawn."""
        return "".join(self._legible(char) for char in unicodedata.normalize("NFC", text))

    def length(self, text: str) -> float:
        """Width of ``text`` in pixels."""
        return sum(font.getlength(run) for font, run in self._runs(text))

    def draw(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, fill: str
    ) -> float:
        """Draw ``text`` with its baseline's left end ``at``; where it ends."""
        x, y = at
        for font, run in self._runs(text):
            draw.text((x, y), run, font=font, fill=fill, anchor="ls")
            x += font.getlength(run)
        return x

    def ellipsize(self, text: str, width: float) -> str:
        """``text``, cut so that it is no wider than ``width`` pixels."""
        if self.length(text) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.length(text[:middle].rstrip() + ELLIPSIS) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + ELLIPSIS

    def wrap(self, text: str, width: float, indent: float = 0.0) -> list[str]:
        """Lines no wider than ``width`` pixels; the first starts ``indent`` further in."""
        lines, line, room = [], "", width - indent
        for word in text.split():
            longer = f"{line} {word}" if line else word
            if self.length(longer) <= room:
                line = longer
                continue
            if line or indent:
                lines.append(line)
            room, indent, line = width, 0.0, self.ellipsize(word, width)
        return [*lines, line]

    def _runs(self, text: str) -> Iterator[tuple[Font, str]]:
        """``text`` cut where the font changes; marks and blanks go with what is before them."""
        fonts: list[int] = []
        for char in text:
            joins = fonts and (char == " " or unicodedata.category(char)[0] == "M")
            fonts.append(fonts[-1] if joins else self._font_of(char) or 0)
        at = 0
        for index, run in groupby(fonts):
            size = len(list(run))
            yield self._fonts[index], text[at : at + size]
            at += size

    def _legible(self, char: str) -> str:
        if char.isspace():
            return " "
        if unicodedata.category(char)[0] in "MC":
            return char if unicodedata.category(char)[0] == "M" else ""
        if self._font_of(char) is not None:
            return char
        plain = unicodedata.normalize("NFKD", char)[0]
        return plain if plain != char and self._font_of(plain) is not None else ""

    def _font_of(self, char: str) -> int | None:
        if char not in self._known:
            self._known[char] = next(
                (
                    index
                    for index, font in enumerate(self._fonts)
                    if char == " " or _picture(font, char) != self._missing[index]
                ),
                None,
            )
        return self._known[char]


class Fonts:
    """Every font that is of use here: one of the self-hoster's, the system's, Pillow's own.

    SetupError if ``chosen`` is no font.
    """

    def __init__(self, chosen: Path | None = None, folders: Sequence[str] | None = None) -> None:
        self._regular: list[Path] = []
        self._bold: list[Path] = []
        if chosen is not None:
            _check(chosen)
            self._regular.append(chosen)
            self._bold.append(chosen)
        installed = _installed(FOLDERS.get(sys.platform, ()) if folders is None else folders)
        for regular, bold in FAMILIES:
            if regular in installed:
                self._regular.append(installed[regular])
                self._bold.append(installed.get(bold, installed[regular]))

    @property
    def found(self) -> bool:
        """Whether there are more than the letters of ASCII."""
        return bool(self._regular)

    def face(self, size: int, *, bold: bool = False) -> Face:
        """Type of ``size`` pixels."""
        paths = self._bold if bold else self._regular
        fonts = [ImageFont.truetype(path, size) for path in paths]
        built_in = ImageFont.load_default(size)
        assert isinstance(built_in, ImageFont.FreeTypeFont)
        return Face([*fonts, built_in])


def _installed(folders: Sequence[str]) -> dict[str, Path]:
    """Font files of this machine by name; the first of a name counts."""
    wanted = {name for family in FAMILIES for name in family}
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.tt[fc]")):
            if path.name in wanted:
                found.setdefault(path.name, path)
    return found


def _check(path: Path) -> None:
    try:
        ImageFont.truetype(path, 12)
    except OSError:
        raise SetupError(
            f"tile.font: {path} is no TrueType or OpenType font that can be read; name another"
        ) from None


def _picture(font: Font, char: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(char, mode="1")
    return mask.size, bytes(mask)
