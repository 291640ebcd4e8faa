"""What the bot says into a LiveKit room, with no room behind it."""

from __future__ import annotations

from consentry.connectors.livekit.frames import SendData, SendText, SendTranscription
from consentry.connectors.livekit.outbox import EMPTY, MAX_WAITING, Outbox, Spoken

MIA = Spoken("mia", "TR_mic", None)


def attributes(*, final: bool, track: str = "TR_mic") -> dict[str, str]:
    return {
        "lk.segment_id": "c/1",
        "lk.transcribed_track_id": track,
        "lk.transcription_final": "true" if final else "false",
    }


def test_chat_goes_to_everybody_or_to_one() -> None:
    outbox = Outbox()
    outbox.say("hello")
    outbox.say("you alone", "mia")
    outbox.say("")
    assert outbox.data_to_send() == [
        SendText("lk.chat", "hello"),
        SendText("lk.chat", "you alone", ("mia",)),
    ]
    assert outbox.data_to_send() == []


def test_signed_messages_are_streams_and_a_card_is_a_packet() -> None:
    outbox = Outbox()
    outbox.card("mia", "{}")
    outbox.signed("mia", "a.b.c")
    assert outbox.data_to_send(1) == [SendData("consentry", b"{}", "mia")]
    assert outbox.data_to_send(1) == [SendText("consentry", "a.b.c", ("mia",))]


def test_an_agent_captions_in_the_speakers_name_for_new_clients_and_old() -> None:
    outbox = Outbox()
    outbox.caption("c/1", MIA, "good mor", final=False)
    assert outbox.data_to_send() == [
        SendText("lk.transcription", "good mor", (), attributes(final=False), sender="mia"),
        SendTranscription("mia", "TR_mic", "c/1", "good mor", final=False),
    ]


def test_a_caption_of_no_known_track_is_a_stream_alone() -> None:
    outbox = Outbox()
    outbox.caption("c/1", Spoken("mia", "", None), "good", final=True)
    assert [type(message) for message in outbox.data_to_send()] == [SendText]


def test_a_bot_that_is_no_agent_says_who_spoke() -> None:
    outbox = Outbox()
    outbox.caption("c/1", Spoken("mia", "", "Mia"), "good morning", final=True)
    assert outbox.data_to_send() == [
        SendText("lk.transcription", "Mia: good morning", (), attributes(final=True, track=""))
    ]


def test_a_revision_takes_the_place_of_one_that_still_waits() -> None:
    outbox = Outbox()
    outbox.caption("c/1", MIA, "good", final=False)
    outbox.caption("c/2", MIA, "other", final=False)
    outbox.caption("c/1", MIA, "good morning", final=True)
    assert [m.text for m in outbox.data_to_send() if isinstance(m, SendText)] == [
        "other",
        "good morning",
    ]


def test_a_caption_is_taken_back_by_an_empty_one_once() -> None:
    outbox = Outbox()
    outbox.caption("c/1", MIA, "good", final=False)
    outbox.data_to_send()
    outbox.retract(["c/1", "unknown"])
    outbox.retract(["c/1"])
    stream, packet = outbox.data_to_send()
    assert isinstance(stream, SendText) and stream.text == EMPTY
    assert stream.attributes == attributes(final=True)
    assert isinstance(packet, SendTranscription) and packet.text == EMPTY


def test_nothing_that_is_taken_back_waits_too_long() -> None:
    outbox = Outbox()
    ids = [f"c/{number}" for number in range(MAX_WAITING)]
    for id_ in ids:
        outbox.caption(id_, MIA, "good morning", final=True)
        outbox.data_to_send()
    outbox.say("a line")
    outbox.retract(ids)
    waiting = outbox.data_to_send(most=10 * MAX_WAITING)
    assert [m.attributes["lk.segment_id"] for m in waiting if isinstance(m, SendText)] == ids


def test_what_waits_too_long_makes_room() -> None:
    outbox = Outbox()
    for number in range(MAX_WAITING + 1):
        outbox.say(f"line {number}")
    waiting = outbox.data_to_send()
    assert len(waiting) == MAX_WAITING
    assert waiting[0] == SendText("lk.chat", "line 1")
