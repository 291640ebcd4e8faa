"""Faces on a script: what a try to check in asks for, and how it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from consentry.events import Picture
from consentry.messages import PromptKind
from consentry.plugin import FaceCheck, Progress, Prompt, Verdict

PICTURES_EACH = 2
"""Pictures that each prompt takes."""
NUMBER = "4827"
"""Asked for by ``say``."""
LASTS = 12.0
"""Seconds after which a try ends that was shown too few."""


class ScriptedFaces:
    """
    Implements :class:`~consentry.plugin.FaceChecks`: every try asks for ``prompts``, one after
    :data:`PICTURES_EACH` pictures each, and ends with ``verdict``. ``say`` asks for the number
    :data:`NUMBER` and takes what is heard, or that nothing is.

    ``tickets`` are those that are good; ``None``: all are. ``looks`` counts the pictures that were
    looked at, by ticket, ``begun`` the tries, and ``open`` those that are not forgotten yet.
    """

    def __init__(
        self,
        *prompts: PromptKind,
        verdict: Verdict = Verdict.CHECKED_IN,
        tickets: frozenset[str] | None = None,
    ) -> None:
        self.prompts = tuple(map(_prompt, prompts)) or (Prompt("look"),)
        self.verdict = verdict
        self.looks: Counter[str] = Counter()
        self.begun: Counter[str] = Counter()
        self.open: set[FaceCheck] = set()
        self._tickets = tickets

    def begin(self, ticket: str, at: float, *, listens: bool = False) -> FaceCheck | None:
        """A try on the script, or ``None`` where ``ticket`` is not good."""
        if self._tickets is not None and ticket not in self._tickets:
            return None
        self.begun[ticket] += 1
        prompts = [each for each in self.prompts if listens or each.kind != "say"]
        check = _Check(self, ticket, at, prompts)
        self.open.add(check)
        return check


def _prompt(kind: PromptKind) -> Prompt:
    return Prompt(kind, NUMBER if kind == "say" else None)


class _Check:
    def __init__(
        self, script: ScriptedFaces, ticket: str, began: float, prompts: Sequence[Prompt]
    ) -> None:
        self._prompts = prompts
        self._script = script
        self._ticket = ticket
        self._until = began + LASTS
        self._seen = 0
        self._over: Verdict | None = None

    async def see(self, picture: Picture, at: float) -> Progress:
        picture.rgb()
        self._script.looks[self._ticket] += 1
        self._seen += not self._aloud
        return self.tick(at)

    def hear(self, text: str, at: float) -> None:
        if self._aloud and NUMBER in "".join(filter(str.isdigit, text)):
            self._seen += PICTURES_EACH

    def unheard(self, at: float) -> Progress:
        if self._aloud:
            self._seen += PICTURES_EACH
        return self.tick(at)

    @property
    def _aloud(self) -> bool:
        prompt = self.tick(0.0).prompt
        return prompt is not None and prompt.kind == "say"

    def tick(self, at: float) -> Progress:
        prompts = self._prompts
        step = self._seen // PICTURES_EACH
        if self._over is None and step >= len(prompts):
            self._over = self._script.verdict
        if self._over is None and at >= self._until:
            self._over = Verdict.USE_CODE
        if self._over is not None:
            return Progress(None, self._over)
        return Progress(prompts[step], None)

    async def close(self) -> None:
        self._over = self._over or Verdict.USE_CODE
        self._script.open.discard(self)
