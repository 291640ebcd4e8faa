"""Whose streams are taken of a Galene server, against a model of what the server does."""

from __future__ import annotations

from collections import deque

from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.galene.frames import Close, Offer, dump, parse
from consentry.connectors.galene.subscriptions import (
    MAX_RESIZED,
    MAX_TRIES,
    OFFER_SECONDS,
    Subscriptions,
    media_sent,
)
from consentry.events import Medium
from tests.connectors.galene.model import GaleneModel, Media, sdp

A, V = frozenset({Medium.AUDIO}), frozenset({Medium.VIDEO})
NONE: Media = frozenset()


class Call:
    """Subscriptions and a server, with messages between them that arrive when they are let."""

    def __init__(self, label: str = "camera") -> None:
        self.server = GaleneModel(label=label)
        self.streams = Subscriptions(self._send)
        self.wanted: dict[str, Media] = {}
        self.fine: set[str] = set()
        self.now = 0.0
        self._to_answer: deque[tuple[Offer, int]] = deque()
        self.said: list[str] = []
        self.answered: list[tuple[str, Media, Media]] = []
        """Of whom, what the offer held, what was wanted then."""

    def want(self, person: str, media: Media, *, fine: bool = False) -> None:
        self.wanted[person] = media
        (self.fine.add if fine else self.fine.discard)(person)
        self.streams.want(person, media, fine=fine)

    def hear(self) -> None:
        """The bot takes the server's next message."""
        match parse(self.server.to_bot.popleft()):
            case Offer() as offer:
                number = self.streams.offered(offer)
                if number is not None:
                    self._to_answer.append((offer, number))
            case Close(id=stream):
                self.streams.closed(stream)

    def answer(self) -> None:
        """An answer is ready: that takes a while, and much can happen until then."""
        offer, number = self._to_answer.popleft()
        before = len(self.said)
        self.streams.answer(offer.id, number, "v=0")
        if len(self.said) > before:
            wanted = self.wanted.get(offer.source, NONE)
            self.answered.append((offer.source, media_sent(offer.sdp), wanted))

    def answer_all(self) -> None:
        while self._to_answer:
            self.answer()

    def settle(self, seconds: float = 10.0) -> None:
        """Let everything arrive, and time pass until nothing more is due."""
        until = self.now + seconds
        while self.now < until:
            while self.server.to_bot or self.server.to_server or self._to_answer:
                self.answer_all()
                if self.server.to_server:
                    self.server.serve()
                elif self.server.to_bot:
                    self.hear()
            self.now += 0.1
            self.streams.handle_timeout(self.now)

    def kinds(self) -> list[str]:
        return [text.split('"')[3] for text in self.said]

    def _send(self, **fields: object) -> None:
        text = dump(**fields)
        self.said.append(text)
        self.server.to_server.append(text)


def test_nothing_is_requested_while_nobody_is_wanted() -> None:
    call = Call()
    call.server.publish("s1", "sam", A | V)
    call.settle()
    assert call.said == []


def test_only_who_is_wanted_is_answered() -> None:
    call = Call()
    call.server.publish("s1", "sam", A | V)
    call.server.publish("s2", "mia", A | V)
    call.want("mia", A)
    call.settle()
    assert call.server.flowing == {"mia": A}
    assert [who for who, _, _ in call.answered] == ["mia"]


def test_who_comes_later_and_is_not_wanted_is_refused() -> None:
    call = Call()
    call.want("mia", A)
    call.server.publish("s2", "mia", A)
    call.settle()
    call.server.publish("s3", "dee", A | V)
    call.settle()
    assert call.server.flowing == {"mia": A}


def test_a_no_is_an_abort_and_the_last_one_ends_the_request() -> None:
    call = Call()
    call.server.publish("s2", "mia", A)
    call.want("mia", A)
    call.settle()
    call.said.clear()
    call.want("mia", NONE)
    assert call.said == ['{"type":"abort","id":"s2"}', '{"type":"request","request":{}}']


def test_a_no_and_a_yes_take_the_stream_anew() -> None:
    call = Call()
    call.server.publish("s2", "mia", A)
    for wanted in (A, NONE, A):
        call.want("mia", wanted)
    call.settle()
    assert call.server.flowing == {"mia": A}


def test_one_person_is_heard_and_another_only_seen() -> None:
    call = Call()
    for stream, person in (("s1", "sam"), ("s2", "mia"), ("s3", "dee")):
        call.server.publish(stream, person, A | V)
    call.want("sam", A)
    call.want("mia", V)
    call.settle()
    assert call.server.flowing == {"sam": A, "mia": V}
    call.want("dee", A | V)
    call.settle()
    assert call.server.flowing == {"sam": A, "mia": V, "dee": A | V}


def test_a_camera_is_added_to_a_voice_and_taken_away_again_without_ending_it() -> None:
    call = Call()
    call.server.publish("s1", "sam", A | V)
    call.want("sam", A)
    call.settle()
    call.want("sam", A | V)
    call.settle()
    assert call.server.flowing == {"sam": A | V}
    call.want("sam", A)
    call.settle()
    assert call.server.flowing == {"sam": A}
    assert "abort" not in call.kinds()


def test_pictures_are_small_and_those_of_one_person_large_for_a_while() -> None:
    call = Call()
    for stream, person in (("s1", "sam"), ("s2", "mia")):
        call.server.publish(stream, person, A | V)
        call.want(person, A | V)
    call.settle()
    assert call.server.large == set()
    call.said.clear()
    call.want("sam", A | V, fine=True)
    assert call.said == ['{"type":"requestStream","id":"s1","request":["audio","video"]}']
    call.settle()
    assert call.server.large == {"sam"}
    call.said.clear()
    call.want("sam", A | V)
    assert call.said == ['{"type":"requestStream","id":"s1","request":["audio","video-low"]}']
    call.settle()
    assert call.server.large == set()
    assert call.server.flowing == {"sam": A | V, "mia": A | V}


def test_a_camera_that_goes_on_while_its_person_checks_in_is_large_at_once() -> None:
    call = Call()
    call.want("sam", V, fine=True)
    call.server.publish("s1", "sam", V)
    call.settle()
    assert call.server.large == {"sam"}
    call.streams.renew("sam")
    call.settle()
    assert call.server.large == {"sam"}, "on another connection too"


def test_who_left_and_came_back_is_not_large() -> None:
    call = Call()
    call.want("sam", V, fine=True)
    call.streams.forget("sam")
    call.want("sam", V)
    call.server.publish("s1", "sam", V)
    call.settle()
    assert call.server.large == set()


def test_a_stream_that_changed_its_size_often_is_taken_anew() -> None:
    call = Call()
    call.server.publish("s1", "sam", A | V)
    for number in range(2 * MAX_RESIZED):
        call.want("sam", A | V, fine=number % 2 == 1)
        call.settle()
    assert call.kinds().count("abort") == 1, "or its description would grow for ever"
    assert (call.server.large, call.server.flowing) == ({"sam"}, {"sam": A | V})


def test_a_screen_is_no_face() -> None:
    call = Call(label="screenshare")
    call.want("sam", A | V)
    call.server.publish("s1", "sam", A | V)
    call.settle()
    assert call.server.flowing == {}
    offer = Offer(type="offer", id="s9", label="screenshare", source="sam", sdp=sdp(V))
    assert call.streams.offered(offer) is None, "not even where the server offers it unasked"


def test_a_silent_stream_is_asked_for_anew() -> None:
    call = Call()
    call.server.publish("s1", "sam", A)
    call.want("sam", A)
    call.settle()
    call.streams.renew("sam")
    assert call.said[-1] == '{"type":"abort","id":"s1"}'
    call.settle()
    assert len(call.answered) == 2
    assert call.server.flowing == {"sam": A}


def test_an_answer_to_an_earlier_offer_is_not_sent() -> None:
    call = Call()
    call.want("sam", A)
    offer = Offer(type="offer", id="s1", label="camera", source="sam", sdp=sdp(A))
    first = call.streams.offered(offer)
    second = call.streams.offered(offer)
    assert first is not None and second is not None
    call.said.clear()
    call.streams.answer("s1", first, "v=0")
    assert call.said == []
    call.streams.answer("s1", second, "v=0")
    assert call.kinds()[0] == "answer"


def test_a_second_camera_of_the_same_person_is_refused() -> None:
    call = Call()
    call.want("sam", A)
    call.server.publish("s1", "sam", A)
    call.settle()
    call.server.publish("s2", "sam", A)
    call.settle()
    assert list(call.server.downs) == ["s1"]


def test_what_never_fits_is_given_up() -> None:
    call = Call()
    call.want("sam", A)
    requests = []
    for _ in range(3 * MAX_TRIES):
        offer = Offer(type="offer", id="s1", label="camera", source="sam", sdp=sdp(A | V))
        assert call.streams.offered(offer) is None
        call.now += 1.0
        call.streams.handle_timeout(call.now)
        requests.append(call.kinds().count("request"))
    assert requests[-1] <= MAX_TRIES + 1


def test_a_stream_that_the_server_left_out_is_asked_for_again() -> None:
    call = Call()
    call.server.publish("s1", "sam", A)
    call.want("sam", A)
    call.streams.handle_timeout(0.0)
    call.server.serve()
    call.server.to_bot.clear()  # it took somebody's new stream at the moment it was asked
    call.server.downs.clear()
    assert call.streams.next_timeout() == OFFER_SECONDS
    call.settle()
    assert call.server.flowing == {"sam": A}


def test_who_has_no_camera_is_asked_for_ever_more_rarely_and_then_no_more() -> None:
    call = Call()
    call.want("sam", A)
    call.settle(20.0)
    early = call.kinds().count("request")
    call.settle(2000.0)
    assert early <= 5 and call.kinds().count("request") <= MAX_TRIES + 1
    assert call.streams.next_timeout() is None
    call.server.publish("s1", "sam", A)
    call.settle()
    assert call.server.flowing == {"sam": A}


def test_a_refusal_that_crosses_a_further_offer_does_not_cost_the_stream() -> None:
    call = Call()
    call.want("sam", A | V)
    call.server.publish("s1", "sam", A)
    call.settle()
    call.server.publish("s1", "sam", A | V)  # offered again, and on its way
    call.want("sam", NONE)
    call.want("sam", A | V)
    call.hear()
    call.settle()
    assert call.server.flowing == {"sam": A | V}


def test_an_offer_that_is_being_answered_when_the_camera_is_withdrawn_is_refused() -> None:
    call = Call()
    call.server.publish("s1", "sam", A | V)
    call.want("sam", A | V)
    call.streams.handle_timeout(1.0)
    call.server.serve()
    while call.server.to_bot:
        call.hear()
    call.want("sam", A)
    call.answer_all()
    assert call.answered == []
    call.settle()
    assert call.server.flowing == {"sam": A}


PEOPLE = ("sam", "mia", "dee")
STEPS = ("hear", "serve", "answer", "time", "renew")
MEDIA = st.sampled_from([NONE, A, V, A | V])
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(["want", "fine"]), st.sampled_from(PEOPLE), MEDIA),
    st.tuples(st.just("publish"), st.sampled_from(PEOPLE), MEDIA),
    st.tuples(
        st.sampled_from(["hear", "serve", "answer", "time", "renew"]),
        st.sampled_from(PEOPLE),
        MEDIA,
    ),
)


@settings(max_examples=500)
@given(st.lists(ACTIONS, max_size=40))
def test_whatever_crosses_on_the_way_nobody_is_taken_beyond_their_yes(
    actions: list[tuple[str, str, Media]],
) -> None:
    call = Call()
    for action, person, media in actions:
        _act(call, action, person, media)
        for who, held, wanted in call.answered:
            assert held <= wanted, f"{who}'s {held} was taken, and {wanted} was wanted"
    if call.server.gone:
        return  # the connection is lost, as when a stream ends while a message about it is sent
    call.settle(30.0)
    if call.server.gone:
        return
    for stream, (who, sent) in call.server.cameras.items():
        wanted = call.wanted.get(who, NONE)
        assert call.server.flowing.get(who, NONE) == sent & wanted, (stream, who)
        large = who in call.fine and Medium.VIDEO in sent & wanted
        assert (who in call.server.large) == large, (stream, who)


def _act(call: Call, action: str, person: str, media: Media) -> None:
    match action:
        case "want":
            call.want(person, media)
        case "fine":
            call.want(person, media, fine=True)
        case "publish":
            call.server.publish(f"stream-{person}", person, media)
        case "renew":
            call.streams.renew(person)
        case "hear" if call.server.to_bot:
            call.hear()
        case "serve" if call.server.to_server:
            call.server.serve()
        case "answer":
            call.answer_all()
        case "time":
            call.now += 0.3
            call.streams.handle_timeout(call.now)
