"""Messages to somebody who reads slowly, or not at all."""

from __future__ import annotations

from consentry.messages import Caption, Message, Reply, Retraction
from consentry.rtc.outbox import CAPACITY, HIGH_WATER, Outbox


class SlowChannel:
    """A data channel whose other end reads when the test says so."""

    def __init__(self) -> None:
        self.readyState = "open"
        self.bufferedAmount = 0
        self.sent: list[str] = []

    def send(self, data: str) -> None:
        self.sent.append(data)
        self.bufferedAmount += len(data)

    def drain(self) -> None:
        self.bufferedAmount = 0


def caption(id_: str, revision: int = 0, *, final: bool = False) -> Message:
    body = Caption(participant="p1", name="Sam", text="…", start=0, end=1, final=final)
    return Message(body, id_, 0.0, revision=revision)


def reply(number: int) -> Message:
    return Message(Reply(code="ok", text=""), f"reply/{number}", 0.0)


def full() -> tuple[SlowChannel, Outbox]:
    channel = SlowChannel()
    channel.bufferedAmount = HIGH_WATER
    return channel, Outbox(channel)


def test_on_an_idle_channel_nothing_waits() -> None:
    channel = SlowChannel()
    outbox = Outbox(channel)
    assert outbox.put(reply(1), "one")
    assert (channel.sent, len(outbox)) == (["one"], 0)


def test_what_waits_goes_out_in_order_once_there_is_room() -> None:
    channel, outbox = full()
    for number in range(3):
        outbox.put(reply(number), str(number))
    assert channel.sent == []
    channel.drain()
    outbox.pump()
    assert channel.sent == ["0", "1", "2"]


def test_a_waiting_revision_makes_way_for_the_next() -> None:
    channel, outbox = full()
    outbox.put(caption("a", 1), "a1")
    outbox.put(reply(1), "r")
    outbox.put(caption("a", 2), "a2")
    channel.drain()
    outbox.pump()
    assert channel.sent == ["r", "a2"]


def test_what_waits_and_is_taken_back_never_goes_out() -> None:
    channel, outbox = full()
    outbox.put(caption("c/1", final=True), "words")
    outbox.put(caption("c/2", final=True), "others")
    taken_back = Retraction(ids=["c/1"], reason="erased")
    outbox.put(Message(taken_back, "r/1", 0.0), "retraction")
    channel.drain()
    outbox.pump()
    assert channel.sent == ["others", "retraction"]


def test_when_too_much_waits_passing_captions_go_first() -> None:
    channel, outbox = full()
    outbox.put(caption("final", final=True), "final")
    outbox.put(caption("passing"), "passing")
    for number in range(CAPACITY - 1):
        assert outbox.put(reply(number), str(number))
    channel.drain()
    outbox.pump()
    assert "passing" not in channel.sent
    assert channel.sent[0] == "final"


def test_who_never_reads_is_given_up() -> None:
    _, outbox = full()
    kept = [outbox.put(reply(number), str(number)) for number in range(CAPACITY + 1)]
    assert all(kept[:CAPACITY])
    assert not kept[CAPACITY]


def test_nothing_is_sent_on_a_closed_channel() -> None:
    channel = SlowChannel()
    channel.readyState = "closed"
    outbox = Outbox(channel)
    outbox.put(reply(1), "one")
    assert channel.sent == []


def test_a_reader_that_takes_no_such_length_stops_nobody() -> None:
    class Narrow(SlowChannel):
        def send(self, data: str) -> None:
            raise ValueError

    assert Outbox(Narrow()).put(reply(1), "one")
