"""What people tell the bot, by whatever way it came: read, held to a rate, handed on."""

from __future__ import annotations

from collections.abc import Callable

from consentry.connectors.driver import Happening, Said, Setting
from consentry.controls import (
    Command,
    Decide,
    Disable,
    Erase,
    Heard,
    Hello,
    Line,
    parse_control,
)
from consentry.errors import MessageError
from consentry.events import ChatReceived, Participant
from consentry.rate_limit import RateLimit

CONTROLS_PER_SECOND = 30.0
BURST = 60.0
MAX_COMMAND = 2000
"""Characters of a typed line; no command is longer, and the rest of a longer one is not read."""

WITHDRAWING_COMMANDS = frozenset({"no", "off", "forget"})


def withdraws(control: Heard) -> bool:
    """Whether ``control`` only ever takes data away from the bot; such are never held up."""
    match control:
        case Decide(answer="no") | Disable() | Erase():
            return True
        case Command(text=text) | Line(text=text):
            verb = text.strip().removeprefix("/").partition(" ")[0]
            return verb.lower() in WITHDRAWING_COMMANDS
        case _:
            return False


def _ignore(participant: Participant) -> None:
    return None


class Hearing:
    """One call's ears. ``hello`` is told whose client has consentry.js, whenever it says so."""

    def __init__(
        self,
        setting: Setting,
        emit: Callable[[Happening], None],
        hello: Callable[[Participant], None] = _ignore,
    ) -> None:
        self._setting = setting
        self._emit = emit
        self._hello = hello
        self._limits: dict[str, RateLimit] = {}

    def control(self, participant: Participant, text: str | bytes) -> None:
        """A message in JSON, as consentry.js sends them."""
        try:
            control = parse_control(text)
        except MessageError:
            self._refused()
            return
        self._take(participant, control)

    def typed(self, participant: Participant, text: str) -> None:
        """A line to the bot alone: a command, with a slash or without."""
        self._take(participant, Line(text=text[:MAX_COMMAND]))

    def chatted(self, participant: Participant, id_: str, text: str) -> None:
        """A line to everybody: a command if it starts with a slash, else part of the chat."""
        if text.startswith("/"):
            self.typed(participant, text)
        else:
            self._emit(ChatReceived(participant, id_, text, self._setting.clock()))

    def forget(self, participant: str) -> None:
        """The participant with this id is gone."""
        self._limits.pop(participant, None)

    def _take(self, participant: Participant, control: Heard) -> None:
        now = self._setting.clock()
        limit = self._limits.setdefault(participant.id, RateLimit(CONTROLS_PER_SECOND, BURST, now))
        if not limit.allows(now) and not withdraws(control):
            self._refused()
        elif isinstance(control, Hello):
            if control.language is not None:
                # First, so that the notice they get on their hello is in it.
                self._emit(Said(participant, control))
            self._hello(participant)
        else:
            self._emit(Said(participant, control))

    def _refused(self) -> None:
        self._setting.metrics.input_refused.labels(source="control").inc()
