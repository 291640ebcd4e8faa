"""When a simulated participant's microphone and camera may be on."""

from __future__ import annotations

import pytest

from consentry.events import Medium
from consentry.messages import Notice, Status, Want
from consentry.play.device import DeviceRecord


def status(**purposes: str) -> Status:
    return Status.model_validate({"purposes": purposes, "owner": False, "owner_confirmed": True})


WANTED, UNWANTED = Want(audio=True, video=False), Want(audio=False, video=False)


def notice(**media: list[Medium]) -> Notice:
    """Of purposes that take these media."""
    words = dict.fromkeys(("sentence", "data", "why", "retention", "recipients"), "…")
    rules = {"biometric": False, "mode": "opt_in", "grace_seconds": 0.0, "version": "v1"}
    purposes = [{"name": n, "title": n, "media": m, **words, **rules} for n, m in media.items()]
    rest = {"bot": "B", "fingerprint": "", "available": [], "commands": []}
    return Notice.model_validate({"purposes": purposes, **rest})


@pytest.fixture
def record() -> DeviceRecord:
    record = DeviceRecord()
    record.noticed(notice(captions=[Medium.AUDIO], names=[Medium.AUDIO], faces=[Medium.VIDEO]))
    record.answer("captions", "yes")
    record.told(status(captions="running"))
    record.told(WANTED)
    return record


def test_the_microphone_is_on_while_it_is_wanted_for_something_agreed_to(
    record: DeviceRecord,
) -> None:
    assert record.may_share(Medium.AUDIO)


def test_wanting_alone_is_not_enough() -> None:
    record = DeviceRecord()
    record.told(WANTED)
    assert not record.may_share(Medium.AUDIO)


def test_a_camera_takes_a_purpose_whose_terms_name_it(record: DeviceRecord) -> None:
    record.told(Want(audio=True, video=True))
    assert not record.may_share(Medium.VIDEO)
    record.told(status(captions="running", faces="running"))
    assert record.may_share(Medium.VIDEO)
    record.answer("faces", "no")
    assert not record.may_share(Medium.VIDEO)
    assert record.may_share(Medium.AUDIO)


def test_a_no_counts_before_the_bot_has_heard_of_it(record: DeviceRecord) -> None:
    record.answer("captions", "no")
    assert not record.may_share(Medium.AUDIO)


def test_one_purpose_refused_leaves_the_other_running(record: DeviceRecord) -> None:
    record.answer("captions", "no")
    record.told(status(captions="running", names="running"))
    assert record.may_share(Medium.AUDIO)


@pytest.mark.parametrize("state", ["off", "asked", "grace", "refused", "paused"])
def test_a_purpose_that_does_not_run_needs_no_microphone(record: DeviceRecord, state: str) -> None:
    record.told(status(captions=state))
    assert not record.may_share(Medium.AUDIO)


def test_what_is_no_longer_wanted_is_off(record: DeviceRecord) -> None:
    record.told(UNWANTED)
    assert not record.may_share(Medium.AUDIO)


def test_when_the_bot_has_left_it_is_off_and_answers_are_kept(record: DeviceRecord) -> None:
    record.forget_bot()
    assert not record.may_share(Medium.AUDIO)
    assert record.answer_to("captions") == "yes"
