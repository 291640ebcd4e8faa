"""Tests that need something of the machine say how to get it, or fail where it is required."""

from __future__ import annotations

import pytest

from tests.requirements import REQUIRED, need


def test_what_is_here_is_found() -> None:
    assert need("sh").is_file()


def test_what_is_absent_skips_and_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        need("chromium")


def test_what_is_absent_and_required_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(REQUIRED, "janus, chromium")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        need("chromium")
