"""When a simulated participant's microphone may be on."""

from __future__ import annotations

import pytest

from consentry.messages import Status, Want
from consentry.play.device import DeviceRecord


def status(**purposes: str) -> Status:
    return Status.model_validate({"purposes": purposes, "owner": False, "owner_confirmed": True})


WANTED, UNWANTED = Want(audio=True, video=False), Want(audio=False, video=False)


@pytest.fixture
def record() -> DeviceRecord:
    record = DeviceRecord()
    record.answer("captions", "yes")
    record.told(status(captions="running"))
    record.told(WANTED)
    return record


def test_the_microphone_is_on_while_it_is_wanted_for_something_agreed_to(
    record: DeviceRecord,
) -> None:
    assert record.may_share


def test_wanting_alone_is_not_enough() -> None:
    record = DeviceRecord()
    record.told(WANTED)
    assert not record.may_share


def test_a_no_counts_before_the_bot_has_heard_of_it(record: DeviceRecord) -> None:
    record.answer("captions", "no")
    assert not record.may_share


def test_one_purpose_refused_leaves_the_other_running(record: DeviceRecord) -> None:
    record.answer("captions", "no")
    record.told(status(captions="running", names="running"))
    assert record.may_share


@pytest.mark.parametrize("state", ["off", "asked", "grace", "refused", "paused"])
def test_a_purpose_that_does_not_run_needs_no_microphone(record: DeviceRecord, state: str) -> None:
    record.told(status(captions=state))
    assert not record.may_share


def test_what_is_no_longer_wanted_is_off(record: DeviceRecord) -> None:
    record.told(UNWANTED)
    assert not record.may_share


def test_when_the_bot_has_left_it_is_off_and_answers_are_kept(record: DeviceRecord) -> None:
    record.forget_bot()
    assert not record.may_share
    assert record.answer_to("captions") == "yes"
