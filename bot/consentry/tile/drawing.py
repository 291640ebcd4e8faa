"""Draws the tile: legible in a grid of nine, and calm."""

from __future__ import annotations

import numpy as np
import segno
from PIL import Image, ImageDraw

from consentry.events import Pixels
from consentry.tile.content import CaptionLine, TileContent
from consentry.tile.fonts import ELLIPSIS, Fonts

WIDTH, HEIGHT = 640, 360

PAPER = "#f6f4ee"
SURFACE = "#fffefb"
INK = "#1b2220"
MUTED = "#55605b"
HAIRLINE = "#dedacf"
ACCENT = "#0b6657"
DANGER = "#a3271d"
"""The colors of the room's page, by day."""

MARGIN = 24
QR_SIZE = 200
QR_BORDER = 2
"""Modules of white around the code, on a ground that is nearly as light (ISO/IEC 18004 asks for
four)."""

COLUMN = WIDTH - 3 * MARGIN - QR_SIZE
"""Width of what stands beside the code."""

RULE = 224
"""Height of the line above the captions."""

FOOT = 36
"""Pixels at the bottom that stay free: there most stacks put their own name plate."""

CAPTION_LINES = 3
MAX_CAPTION = 240
"""Characters of one caption that are looked at, its last ones."""

TURNED_ON = "Turned on: "
HINT = "Scan the code, or write /help in the chat: what is done with your data, and how to say no."
HINT_WITHOUT_CODE = "Write /help in the chat: what is done with your data, and how to say no."


class TileDrawing:
    """Turns contents into pictures of 640 × 360. Not for two threads at once."""

    def __init__(self, fonts: Fonts) -> None:
        self._title = fonts.face(38, bold=True)
        self._strong = fonts.face(25, bold=True)
        self._text = fonts.face(25)
        self._small = fonts.face(20, bold=True)
        self._code: tuple[str, Image.Image] | None = None

    def pixels(self, content: TileContent) -> Pixels:
        """``uint8[360, 640, 3]``."""
        return np.asarray(self.picture(content))

    def picture(self, content: TileContent) -> Image.Image:
        picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
        draw = ImageDraw.Draw(picture)
        room = COLUMN if content.link else WIDTH - 2 * MARGIN
        self._name(draw, content.bot, room)
        self._running(draw, content, room)
        self._speaking(draw, content.speakers, room)
        if content.link:
            picture.paste(self._qr(content.link), (WIDTH - MARGIN - QR_SIZE, MARGIN - 12))
        draw.line((MARGIN, RULE, WIDTH - MARGIN, RULE), HAIRLINE, 2)
        if content.captions:
            self._captions(draw, content.captions)
        else:
            self._hint(draw, HINT if content.link else HINT_WITHOUT_CODE)
            if content.fingerprint:
                self._key(draw, content.fingerprint)
        return picture

    def _name(self, draw: ImageDraw.ImageDraw, name: str, room: int) -> None:
        _arch(draw, MARGIN, 20)
        left = MARGIN + 42
        shown = self._title.ellipsize(self._title.legible(name), room - 42)
        self._title.draw(draw, (left, 52), shown, INK)

    def _running(self, draw: ImageDraw.ImageDraw, content: TileContent, room: int) -> None:
        """What the owner has turned on, in smaller type where it is much; in red if none of it
        works."""
        if not content.running:
            self._strong.draw(draw, (MARGIN, 98), "Nothing is running", MUTED)
            return
        titles = (
            f"{title} (stopped)" if title in content.stopped else title for title in content.running
        )
        face, rows, step = self._strong, 3, 30
        indent = face.length(TURNED_ON)
        lines = face.wrap(face.legible(", ".join(titles)), room, indent)
        if len(lines) > rows:
            face, rows, step = self._small, 4, 24
            indent = face.length(TURNED_ON)
            lines = face.wrap(" ".join(lines), room, indent)
        if len(lines) > rows:
            lines = [*lines[: rows - 1], face.ellipsize(" ".join(lines[rows - 1 :]), room)]
        face.draw(draw, (MARGIN, 92), TURNED_ON, MUTED)
        color = DANGER if len(content.stopped) == len(content.running) else ACCENT
        for row, line in enumerate(lines):
            left = MARGIN + indent if row == 0 else MARGIN
            face.draw(draw, (left, 92 + row * step), line, color)

    def _speaking(self, draw: ImageDraw.ImageDraw, speakers: tuple[str, ...], room: int) -> None:
        if not speakers:
            return
        names = [self._strong.legible(name).strip() or ELLIPSIS for name in speakers]
        y = 198
        draw.ellipse((MARGIN, y - 15, MARGIN + 14, y - 1), ACCENT)
        text = self._strong.ellipsize(", ".join(names), room - 24)
        self._strong.draw(draw, (MARGIN + 24, y), text, INK)

    def _captions(self, draw: ImageDraw.ImageDraw, captions: tuple[CaptionLine, ...]) -> None:
        """The newest words stand lowest; each caption starts with its speaker's name."""
        rows: list[tuple[str, str]] = []
        for caption in captions:
            rows += self._caption(caption)
        step = (HEIGHT - FOOT - RULE - 8) // CAPTION_LINES
        for row, (name, words) in enumerate(rows[-CAPTION_LINES:]):
            x: float = MARGIN
            y = RULE + 8 + row * step + 24
            if name:
                x = self._strong.draw(draw, (x, y), name, ACCENT)
            self._text.draw(draw, (x, y), words, INK)

    def _caption(self, caption: CaptionLine) -> list[tuple[str, str]]:
        """Rows of a speaker's name, on the first alone, and words."""
        width = WIDTH - 2 * MARGIN
        name = self._strong.legible(caption.name).strip() or ELLIPSIS
        named = self._strong.ellipsize(name, width * 0.4) + "  "
        text = caption.text
        if len(text) > MAX_CAPTION:
            text = "… " + text[-MAX_CAPTION:].partition(" ")[2]
        indent = self._strong.length(named)
        lines = self._text.wrap(self._text.legible(text), width, indent)
        if len(lines) > CAPTION_LINES:  # its beginning has scrolled off, but not who says it
            kept = " ".join(lines[1 - CAPTION_LINES :])
            lines = self._text.wrap(f"… {kept}", width, indent)[-CAPTION_LINES:]
        return [(named if row == 0 else "", line) for row, line in enumerate(lines)]

    def _hint(self, draw: ImageDraw.ImageDraw, hint: str) -> None:
        for row, line in enumerate(self._text.wrap(hint, WIDTH - 2 * MARGIN)):
            self._text.draw(draw, (MARGIN, RULE + 36 + row * 32), line, MUTED)

    def _key(self, draw: ImageDraw.ImageDraw, fingerprint: str) -> None:
        """Whole, and no line of the hint below it: a part of it could be anybody's."""
        self._small.draw(draw, (MARGIN, HEIGHT - FOOT - 2), f"My key: {fingerprint}", MUTED)

    def _qr(self, link: str) -> Image.Image:
        if self._code is None or self._code[0] != link:
            self._code = link, _qr(link)
        return self._code[1]


def _qr(link: str) -> Image.Image:
    """The code in whole pixels a module, as large as fits."""
    code = segno.make_qr(link, error="l")
    dark = np.array([list(row) for row in code.matrix_iter(border=QR_BORDER)], np.uint8)
    scale = max(1, QR_SIZE // len(dark))
    modules = np.kron(dark, np.ones((scale, scale), np.uint8))
    picture = Image.new("RGB", (QR_SIZE, QR_SIZE), SURFACE)
    offset = (QR_SIZE - len(modules)) // 2
    picture.paste(Image.fromarray(255 * (1 - modules)), (offset, offset))
    return picture


def _arch(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """The project's mark: a door that stands open."""
    draw.pieslice((x, y, x + 30, y + 30), 180, 360, ACCENT)
    draw.rectangle((x, y + 15, x + 30, y + 36), ACCENT)
    draw.pieslice((x + 7, y + 8, x + 23, y + 24), 180, 360, PAPER)
    draw.rectangle((x + 7, y + 16, x + 23, y + 36), PAPER)
    draw.ellipse((x + 17, y + 22, x + 21, y + 26), ACCENT)
