"""What the desk answers people, in each one's own language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentry.consent.languages import Languages
from consentry.consent.notice import COMMANDS
from consentry.consent.state import Standing
from consentry.controls import Disable, Enable, SetLanguage
from consentry.errors import ConsentError
from consentry.messages import Reply


class Replies:
    """Words for one call. ``purposes`` are those that could run in it."""

    def __init__(self, languages: Languages, purposes: Iterable[str]) -> None:
        self._languages = languages
        self._purposes = frozenset(purposes)

    def ok(self, person: str, key: str, **values: str) -> Reply:
        """``person``'s act counts."""
        return self.reply(person, "ok", key, **values)

    def reply(self, person: str, code: str, key: str, **values: object) -> Reply:
        """The sentence ``key`` (``reply.`` in the catalogs), with a code for clients."""
        return Reply(code=code, text=self._languages.words(person).say(f"reply.{key}", **values))

    def status(self, person: str, standings: Mapping[str, Standing]) -> Reply:
        """What runs on ``person``."""
        words = self._languages.words(person)
        if not standings:
            return self.reply(person, "status", "nothing_can_run")
        lines = [
            words.say("status.line", purpose=name, state=words.say(f"status.{standing}"))
            for name, standing in standings.items()
        ]
        return Reply(code="status", text=", ".join(lines))

    def help(self, person: str, *, known: bool) -> Reply:
        """What can be typed, and what each of it does."""
        words = self._languages.words(person)
        code = "help" if known else "unknown_command"
        lines = [f"{command}: {words.say(_key(command))}" for command in COMMANDS]
        return Reply(code=code, text="\n".join([words.say(f"reply.{code}"), *lines]))

    def refusal(self, person: str, act: object, exc: ConsentError) -> Reply:
        """Why ``person``'s act does not count."""
        text = str(exc)
        if exc.said is not None:
            text = self._languages.words(person).say(f"refusal.{exc.said}", **exc.values)
        purpose = getattr(act, "purpose", None)
        if purpose is not None and purpose not in self._purposes:
            return Reply(code="unknown_purpose", text=text)
        match act:
            case Enable() | Disable():
                return Reply(code="not_owner", text=text)
            case SetLanguage():
                return Reply(code="unknown_language", text=text)
            case _:
                return Reply(code="stale_notice", text=text)


def _key(command: str) -> str:
    """``/no all``: ``command.no_all``; what stands for a name is left out."""
    words = command.removeprefix("/").split()
    return "command." + "_".join(word for word in words if word.islower())
