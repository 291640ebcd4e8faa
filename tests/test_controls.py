"""What participants tell the bot is read strictly, and quoted nowhere."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentry.controls import MAX_CONTROL_BYTES, Decide, parse_control
from consentry.errors import MessageError


def test_a_decision_is_read() -> None:
    text = '{"type":"decide","purpose":"captions","answer":"no","version":"v.1"}'
    assert parse_control(text) == Decide(
        type="decide", purpose="captions", answer="no", version="v.1"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"type":"decide"}',
        '{"type":"decide","purpose":"captions","answer":"maybe","version":"v"}',
        '{"type":"decide","purpose":"captions","answer":true,"version":"v"}',
        '{"type":"decide","purpose":"","answer":"yes","version":"v"}',
        '{"type":"decide","purpose":"captions","answer":"yes","version":"v","who":"ben"}',
        '{"type":"grant_everything"}',
        '{"type":"noticed","versions":{"captions":1}}',
        "[" * 10_000,
        '{"type":"owner","code":"' + "x" * 129 + '"}',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MessageError):
        parse_control(text)


def test_too_long_is_refused_unread() -> None:
    text = json.dumps({"type": "command", "text": "x" * MAX_CONTROL_BYTES})
    with pytest.raises(MessageError, match="bytes"):
        parse_control(text)


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(MessageError):
        parse_control(data)


def test_an_error_does_not_quote_what_was_said() -> None:
    with pytest.raises(MessageError) as error:
        parse_control('{"type":"owner","code":["secret"]}')
    assert "secret" not in str(error.value)
    assert error.value.__cause__ is None
