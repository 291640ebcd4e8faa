"""Chat lines are the same acts as buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.consent.commands import (
    HelpAsked,
    LinkAsked,
    ReceiptAsked,
    StatusAsked,
    Typed,
    parse_command,
)
from consentry.controls import Decide, Disable, Enable, Erase, OwnerCode, Request, SetLanguage

VERSIONS = {"captions": "c.1", "summary": "s.1"}


def decision(purpose: str, answer: str, version: str) -> Decide:
    fields = {"type": "decide", "purpose": purpose, "answer": answer, "version": version}
    return Decide.model_validate(fields)


@pytest.mark.parametrize(
    ("line", "acts"),
    [
        ("/yes captions", [decision("captions", "yes", "c.1")]),
        ("/YES Captions ", [decision("captions", "yes", "c.1")]),
        ("/no summary", [decision("summary", "no", "s.1")]),
        ("/no all", [decision("captions", "no", "c.1"), decision("summary", "no", "s.1")]),
        ("/yes all", [HelpAsked(known=False)]),
        ("/yes", [HelpAsked(known=False)]),
        ("/forget me", [Erase(type="erase")]),
        ("/forget", [HelpAsked(known=False)]),
        ("/forget everybody", [HelpAsked(known=False)]),
        ("/language pt-BR", [SetLanguage(type="language", language="pt-BR")]),
        ("/language", [HelpAsked(known=False)]),
        ("/language ../en", [HelpAsked(known=False)]),
        ("/language en-" + "x" * 40, [HelpAsked(known=False)]),
        ("/link", [LinkAsked()]),
        ("/receipt", [ReceiptAsked()]),
        ("/status", [StatusAsked()]),
        ("/owner abcd-efgh", [OwnerCode(type="owner", code="abcd-efgh")]),
        ("/on captions", [Enable(type="enable", purpose="captions")]),
        ("/off captions", [Disable(type="disable", purpose="captions")]),
        ("/summary", [Request(type="request", plugin="summary")]),
        ("/help", [HelpAsked(known=True)]),
        ("/dance", [HelpAsked(known=False)]),
    ],
)
def test_lines(line: str, acts: list[Typed]) -> None:
    assert parse_command(line, VERSIONS) == acts


@given(st.text(max_size=300))
def test_no_line_breaks_the_reader_or_says_yes_by_accident(line: str) -> None:
    for act in parse_command("/" + line, VERSIONS):
        if isinstance(act, Decide) and act.answer == "yes":
            assert line.strip().removeprefix("/").lower().startswith("yes")
