"""What the tile shows is what everybody was told, as long as it holds."""

from __future__ import annotations

from dataclasses import replace

from consentry.messages import (
    Caption,
    Message,
    Notice,
    PluginState,
    Reply,
    Retraction,
    Speaker,
    Speaking,
)
from consentry.tile.content import CAPTION_SECONDS, MAX_CAPTIONS, TileFeed

RUNNING = {"captions": "Live captions", "names": "Who speaks"}


def caption(text: str, number: int = 1, revision: int = 0, name: str = "Mia") -> Message:
    body = Caption(participant="p1", name=name, text=text, start=0.0, end=1.0, final=False)
    return Message(body, f"captions/p1-{number}", 1.0, frozenset({"p1"}), revision=revision)


def speaking(*names: str, revision: int = 0) -> Message:
    body = Speaking(speakers=[Speaker(id=f"p{n}", name=name) for n, name in enumerate(names)])
    return Message(body, "names/speaking", 1.0, revision=revision)


def retraction(*ids: str) -> Message:
    return Message(Retraction(ids=list(ids), reason="withdrawn"), "bot/retraction-1", 2.0)


def texts(feed: TileFeed, now: float = 0.0) -> list[str]:
    return [line.text for line in feed.content(now, RUNNING).captions]


def test_an_empty_call_shows_the_bot_its_link_and_that_nothing_runs() -> None:
    content = TileFeed("Consentry", "https://meet.example/about/c-1").content(0.0, {})
    assert content.bot == "Consentry"
    assert content.link == "https://meet.example/about/c-1"
    assert (content.running, content.speakers, content.captions) == ((), (), ())


def test_what_the_owner_turned_on_is_shown_by_title() -> None:
    assert TileFeed("Consentry").content(0.0, RUNNING).running == ("Live captions", "Who speaks")


def test_a_caption_is_revised_in_place_and_never_back() -> None:
    feed = TileFeed("Consentry")
    feed.follow(caption("We should", revision=1), 0.0)
    feed.follow(caption("We should go", revision=2), 0.0)
    feed.follow(caption("We", revision=0), 0.0)
    assert texts(feed) == ["We should go"]


def test_captions_stand_in_the_order_they_began_and_the_newest_stay() -> None:
    feed = TileFeed("Consentry")
    for number in range(MAX_CAPTIONS + 2):
        feed.follow(caption(f"line {number}", number), 0.0)
    feed.follow(caption("line 0, longer", 0, revision=1), 0.0)
    assert texts(feed) == [f"line {n}" for n in range(2, MAX_CAPTIONS + 2)]


def test_a_caption_goes_when_no_more_words_come() -> None:
    feed = TileFeed("Consentry")
    feed.follow(caption("We should"), 0.0)
    feed.follow(caption("We should go", revision=1), 5.0)
    assert texts(feed, 5.0 + CAPTION_SECONDS - 0.1) == ["We should go"]
    assert texts(feed, 5.0 + CAPTION_SECONDS) == []


def test_a_retracted_caption_is_off_at_once_and_the_feed_says_so() -> None:
    feed = TileFeed("Consentry")
    feed.follow(caption("I never said that", 1), 0.0)
    feed.follow(caption("but I did", 2), 0.0)
    assert feed.follow(retraction("captions/p1-1"), 0.1)
    assert texts(feed, 0.1) == ["but I did"]
    assert not feed.follow(retraction("captions/p1-1"), 0.2), "there is nothing left to take off"


def test_turning_captions_off_takes_them_off_final_or_not() -> None:
    feed = TileFeed("Consentry")
    feed.follow(caption("We should go"), 0.0)
    feed.follow(speaking("Mia"), 0.0)
    content = feed.content(0.1, {"names": "Who speaks"})
    assert content.captions == ()
    assert content.speakers == ("Mia",)
    assert feed.content(0.2, RUNNING).captions == (), "on again, and what was said stays gone"


def test_nothing_that_was_told_to_one_person_is_shown() -> None:
    feed = TileFeed("Consentry")
    before = feed.content(0.0, RUNNING)
    feed.follow(replace(caption("a private word"), to=frozenset({"p1"})), 0.0)
    feed.follow(replace(speaking("Mia"), to=frozenset({"p1"})), 0.0)
    feed.follow(Message(Reply(code="ok", text="You said no."), "bot/reply-1", 0.0), 0.0)
    body = Notice(
        bot="Mallory", fingerprint="", purposes=[], available=[], link="https://x/me/1", commands=[]
    )
    feed.follow(Message(body, "bot/notice", 0.0), 0.0)
    assert feed.content(0.0, RUNNING) == before


def test_who_speaks_is_shown_until_they_stop() -> None:
    feed = TileFeed("Consentry")
    feed.follow(speaking("Mia", "Sam"), 0.0)
    assert feed.content(0.0, RUNNING).speakers == ("Mia", "Sam")
    feed.follow(speaking(revision=1), 0.0)
    feed.follow(speaking("Mia", revision=0), 0.0)
    assert feed.content(0.0, RUNNING).speakers == ()


def test_a_plugin_that_stopped_is_shown_as_stopped_until_it_runs_again_or_is_off() -> None:
    feed = TileFeed("Consentry")

    def state(word: str) -> Message:
        body = PluginState.model_validate(
            {"plugin": "captions", "title": "Live captions", "state": word}
        )
        return Message(body, "bot/state-captions", 0.0)

    feed.follow(state("restarting"), 0.0)
    assert feed.content(0.0, RUNNING).stopped == ("Live captions",)
    feed.follow(state("running"), 0.0)
    assert feed.content(0.0, RUNNING).stopped == ()
    feed.follow(state("failed"), 0.0)
    assert feed.content(0.0, {}).stopped == ()


def test_words_are_shown_on_one_line_and_blank_ones_not_at_all() -> None:
    feed = TileFeed("Consentry")
    feed.follow(caption("We\nshould  go", 1), 0.0)
    feed.follow(caption(" \n", 2), 0.0)
    assert texts(feed) == ["We should go"]
