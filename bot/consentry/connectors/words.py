"""What the bot says, as text for a chat: for people whose client knows nothing of the bot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consentry.messages import (
    AnyBody,
    Note,
    Notice,
    PluginState,
    PurposeTerms,
    Receipt,
    Reply,
    Summary,
    SummaryLine,
)

_STATES = {
    "running": "{title} works again.",
    "restarting": "{title} has stopped for a moment, and is being restarted.",
    "failed": "{title} has stopped. The owner can turn it off and on again.",
}


def as_text(body: AnyBody, command: str = "/") -> str | None:
    """``body`` in words, or ``None`` where a chat is no place for it.

    Captions are not among these: a stack shows them its own way. ``command`` is what people type
    before ``yes captions``.
    """
    match body:
        case Notice():
            return notice(body, command)
        case Reply(text=text):
            return text
        case Receipt(text=text):
            return text or None
        case Summary():
            return summary(body)
        case PluginState(title=title, state=state):
            return _STATES[state].format(title=title)
        case Note(title=title, text=text):
            return f"{title}: {text}" if text else title
        case _:
            return None


def notice(body: Notice, command: str = "/") -> str:
    """Who the bot is, what it asks for, and how to answer: all that a notice must hold."""
    lines = [f"I am {body.bot}, a bot."]
    if body.purposes:
        lines.append("The owner of this call turned these on. Each needs your own answer:")
        lines += [line for terms in body.purposes for line in _asked(terms)]
        first = body.purposes[0].name
        answers = (f"yes {first}", f"no {first}", "no all", "status")
        yes, no, none, status = (f"{command}{answer}" for answer in answers)
        lines.append(f"Answer here: {yes} or {no}; {none}; {status}.")
        lines.append("If you say no you stay in the call, and nothing of yours comes to me.")
    else:
        titles = ", ".join(f"{terms.title} ({terms.name})" for terms in body.available)
        lines.append("Nothing runs: I take nothing of yours.")
        if titles:
            lines.append(f"The owner could turn on: {titles}. You would be asked first.")
    if body.link:
        lines.append(f"Your page, for you alone: {body.link}")
    lines.append(f"My key: {body.fingerprint}")
    return "\n".join(lines)


def _asked(terms: PurposeTerms) -> Iterable[str]:
    yield f"* {terms.title} ({terms.name}): {terms.sentence}"
    biometric = " This is biometric data." if terms.biometric else ""
    why, kept = terms.why.rstrip("."), terms.retention.rstrip(".")
    yield f"  Uses {terms.data}.{biometric} Why: {why}."
    yield f"  Kept: {kept}. Goes to: {terms.recipients}."
    if terms.mode == "notice":
        yield f"  Starts {terms.grace_seconds:g} s from now unless you say no."


def summary(body: Summary) -> str:
    """A summary as plain lines."""
    lines = ["Summary of the call:" if body.final else "Summary so far:"]
    lines += [line.text for line in body.abstract]
    lines += _part("Decisions", body.decisions)
    if body.actions:
        lines.append("Actions:")
        for action in body.actions:
            who = f"{action.owner_name}: " if action.owner_name else ""
            due = f" (by {action.due})" if action.due else ""
            lines.append(f"* {who}{action.text}{due}")
    lines += _part("Open questions", body.questions)
    return "\n".join(lines) if len(lines) > 1 else "There is nothing to summarize yet."


def _part(title: str, lines: Sequence[SummaryLine]) -> list[str]:
    return [f"{title}:", *(f"* {line.text}" for line in lines)] if lines else []
