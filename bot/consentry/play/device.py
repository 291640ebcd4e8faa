"""What a participant's device has on record: what the bot said, and what its person answered."""

from __future__ import annotations

from consentry.controls import Decide
from consentry.events import Medium
from consentry.messages import Notice, Status, Want
from consentry.play.plan import YesNo


class DeviceRecord:
    """Decides, on this side of the wire, whether the microphone and the camera may be on.

    One may while the bot's last ``want`` asks for it and a purpose runs on this person that they
    did not refuse and whose terms name it; what the bot says alone is never enough.
    """

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}
        """Of the terms last shown, by purpose."""
        self._nonces: dict[str, str | None] = {}
        self._answers: dict[str, YesNo] = {}
        self._states: dict[str, str] = {}
        self._media: dict[str, list[str]] = {}
        self._wanted: frozenset[Medium] = frozenset()

    def may_share(self, medium: Medium) -> bool:
        return medium in self._wanted and any(
            state == "running"
            and self._answers.get(purpose) != "no"
            and medium in self._media.get(purpose, ())
            for purpose, state in self._states.items()
        )

    def answer_to(self, purpose: str) -> YesNo | None:
        """What was answered last, under whatever terms."""
        return self._answers.get(purpose)

    def noticed(self, notice: Notice) -> list[str]:
        """Keep the terms shown; the purposes that are new, or whose terms changed."""
        news = [p.name for p in notice.purposes if self.versions.get(p.name) != p.version]
        self.versions = {p.name: p.version for p in notice.purposes}
        self._nonces = {p.name: p.nonce for p in notice.purposes}
        self._media = {p.name: list(p.media) for p in notice.purposes}
        return news

    def told(self, body: Status | Want) -> None:
        """The bot said what runs, or what it wants."""
        match body:
            case Status(purposes=purposes):
                self._states = dict(purposes)
            case Want(audio=audio, video=video):
                wanted = {Medium.AUDIO: audio, Medium.VIDEO: video}
                self._wanted = frozenset(medium for medium, yes in wanted.items() if yes)

    def answer(self, purpose: str, answer: YesNo) -> Decide:
        """Put an answer on record; the message that tells the bot."""
        self._answers[purpose] = answer
        version = self.versions.get(purpose, "unknown")
        nonce = self._nonces.get(purpose) if answer == "yes" else None
        return Decide(type="decide", purpose=purpose, answer=answer, version=version, nonce=nonce)

    def refusals(self) -> list[Decide]:
        """Every "no" on record, for a bot that may not have heard it."""
        return [self.answer(p, "no") for p, said in self._answers.items() if said == "no"]

    def forget_bot(self) -> None:
        """The bot, or the connection to it, is gone: nothing runs, nothing is wanted. Answers
        stay."""
        self._states = {}
        self._wanted = frozenset()
