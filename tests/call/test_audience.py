"""What each person is told, and told again."""

from __future__ import annotations

from consentry.call.audience import Audience
from consentry.messages import Want


def test_what_was_told_is_not_told_again() -> None:
    audience = Audience()
    audience.add("p1")
    assert len(audience.news("p1", 0.0, Want(audio=True, video=False))) == 1
    assert audience.news("p1", 1.0, Want(audio=True, video=False)) == []
    assert audience.news("p2", 1.0, Want(audio=True, video=False)) == []


def test_a_new_connection_is_told_everything_under_revisions_that_go_on() -> None:
    audience = Audience()
    audience.add("p1")
    for audio in (True, False):
        audience.news("p1", 0.0, Want(audio=audio, video=False))
    audience.add("p1")
    (again,) = audience.news("p1", 2.0, Want(audio=False, video=False))
    assert again.revision == 2


def test_who_left_and_came_back_has_none_of_the_old_messages() -> None:
    audience = Audience()
    audience.add("p1")
    audience.news("p1", 0.0, Want(audio=True, video=False))
    audience.remove("p1")
    audience.add("p1")
    (first,) = audience.news("p1", 2.0, Want(audio=True, video=False))
    assert first.revision == 0
