"""What the bot says, as text for a chat: for people whose client knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consentry.messages import (
    AnyBody,
    CheckedIn,
    CheckIn,
    CheckInPrompt,
    Note,
    Notice,
    PluginState,
    PurposeTerms,
    Receipt,
    Reply,
    Summary,
    SummaryLine,
)
from consentry.words.catalog import DEFAULT, Words, first_spoken, words


def as_text(body: AnyBody, command: str = "/", language: str = DEFAULT) -> str | None:
    """``body`` in words, or ``None`` where a chat is no place for it.

    Captions are not among these: a stack shows them its own way. ``command`` is what people type
    before ``yes captions``; ``language`` is what everybody at once is spoken to in. What is to one
    person is in theirs already.
    """
    everybody = words(first_spoken((language,)))
    match body:
        case Notice():
            return notice(body, command)
        case Reply(text=text):
            return text
        case CheckIn(text=text, link=link):
            return f"{text}\n{link}" if link else text
        case Receipt() | CheckInPrompt() | CheckedIn():
            return body.text or None
        case Summary():
            return summary(body, everybody)
        case PluginState(title=title, state=state):
            return everybody.say(f"plugin_state.{state}", title=title)
        case Note(title=title, text=text):
            return f"{title}: {text}" if text else title
        case _:
            return None


def notice(body: Notice, command: str = "/") -> str:
    """Who the bot is, what it asks for, and how to answer: all that a notice must hold."""
    says = words(first_spoken((body.language,)))
    lines = [says.say("notice.bot", bot=body.bot)]
    lines += _asking(body, says, command) if body.purposes else _idle(body, says)
    if body.link:
        lines.append(says.say("notice.page", link=body.link))
    if body.check_in:
        lines.append(says.say("check_in.here", link=body.check_in))
    lines.append(says.say("notice.language", command=command))
    lines.append(says.say("notice.key", fingerprint=body.fingerprint))
    return "\n".join(lines)


def _asking(body: Notice, says: Words, command: str) -> Iterable[str]:
    yield says.say("notice.asked")
    for terms in body.purposes:
        yield from _asked(terms, says)
    first = body.purposes[0].name
    answers = {"yes": f"yes {first}", "no": f"no {first}", "none": "no all", "status": "status"}
    typed = {name: f"{command}{answer}" for name, answer in answers.items()}
    yield says.say("notice.answer", **typed)
    yield says.say("notice.stay")


def _idle(body: Notice, says: Words) -> Iterable[str]:
    yield says.say("notice.nothing")
    if body.available:
        titles = says.say("self.list").join(f"{t.title} ({t.name})" for t in body.available)
        yield says.say("notice.available", titles=titles)


def _asked(terms: PurposeTerms, says: Words) -> Iterable[str]:
    yield f"* {terms.title} ({terms.name}): {terms.sentence}"
    why, kept = terms.why.rstrip("."), terms.retention.rstrip(".")
    uses = "notice.uses_biometric" if terms.biometric else "notice.uses"
    yield f"  {says.say(uses, data=terms.data, why=why)}"
    yield f"  {says.say('notice.kept', retention=kept, recipients=terms.recipients)}"
    if terms.mode == "notice":
        yield f"  {says.say('notice.grace', seconds=f'{terms.grace_seconds:g}')}"


def summary(body: Summary, says: Words) -> str:
    """A summary as plain lines."""
    lines = [says.say("summary.final" if body.final else "summary.so_far")]
    lines += [line.text for line in body.abstract]
    lines += _part(says.say("summary.decisions"), body.decisions)
    if body.actions:
        lines.append(says.say("summary.actions"))
        for action in body.actions:
            who = f"{action.owner_name}: " if action.owner_name else ""
            due = f" ({says.say('summary.due', due=action.due)})" if action.due else ""
            lines.append(f"* {who}{action.text}{due}")
    lines += _part(says.say("summary.questions"), body.questions)
    return "\n".join(lines) if len(lines) > 1 else says.say("summary.nothing")


def _part(title: str, lines: Sequence[SummaryLine]) -> list[str]:
    return [title, *(f"* {line.text}" for line in lines)] if lines else []
