"""consentry.js on its own: what it believes, and what it lets a bot receive."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.async_api import Page

from consentry.messages import (
    AnyBody,
    Caption,
    Message,
    Notice,
    PurposeState,
    PurposeTerms,
    Reply,
    Retraction,
    Status,
    Want,
)
from consentry.signing import Signer, b64url, from_b64url
from tests.e2e.page.room import Room
from tests.e2e.page.terms import (
    CAPTIONS,
    COVERED,
    NAMED_BY_VOICE,
    SUMMARY,
    announced,
    terms,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

MAKE_CLIENT = """
async ({key, me}) => {
  const { ConsentryClient } = await import("/static/consentry.js");
  window.now = 0;
  window.sent = [];
  window.client = new ConsentryClient({ key, now: () => window.now });
  window.client.connect({ send: (text) => window.sent.push(JSON.parse(text)) }, me);
}
"""


def caption(text: str = "hello", **fields: Any) -> Caption:
    defaults: dict[str, Any] = {
        "participant": "p2",
        "name": "Mia",
        "start": 1.0,
        "end": 2.0,
        "final": True,
    }
    return Caption(text=text, **(defaults | fields))


class Device:
    """A client in a page, fed by a bot's signer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.key = Ed25519PrivateKey.generate()
        self.bot = Signer("c-1", self.key)

    async def start(self, me: str = "p1") -> None:
        await self.page.evaluate(MAKE_CLIENT, {"key": b64url(self.bot.public_key), "me": me})

    def signed(self, body: AnyBody, id: str = "m", **fields: Any) -> str:
        return self.bot.sign(Message(body, id=id, **({"at": 1.0} | fields)))

    def resigned(self, payload: dict[str, Any]) -> str:
        """Any payload under the bot's own key."""
        header = {"alg": "EdDSA", "kid": self.bot.fingerprint}
        signed = ".".join(b64url(json.dumps(part).encode()) for part in (header, payload))
        return f"{signed}.{b64url(self.key.sign(signed.encode()))}"

    async def takes(self, text: str) -> bool:
        return bool(await self.page.evaluate("(text) => client.receive(text)", text))

    async def refused(self) -> dict[str, int]:
        """Reasons that were counted, and how often."""
        counts = await self.page.evaluate("client.refused")
        return {reason: count for reason, count in counts.items() if count}

    async def says(self, body: AnyBody, id: str = "m", **fields: Any) -> None:
        assert await self.takes(self.signed(body, id, **fields))

    async def asks(self, *purposes: PurposeTerms) -> None:
        notice = Notice(
            bot="Clark",
            fingerprint=self.bot.fingerprint,
            purposes=list(purposes),
            available=[],
            commands=[],
        )
        await self.says(notice, "notice", to=frozenset({"p1"}))

    async def tells(
        self, audio: bool = True, video: bool = False, **purposes: PurposeState
    ) -> None:
        """What runs on p1, and what the bot wants of theirs."""
        status = Status(purposes=purposes, owner=False, owner_confirmed=True)
        await self.says(status, "status", to=frozenset({"p1"}))
        await self.says(Want(audio=audio, video=video), "want", to=frozenset({"p1"}))

    async def decides(self, purpose: str, answer: str) -> None:
        await self.page.evaluate("([p, a]) => client.decide(p, a)", [purpose, answer])

    async def may_receive(self, medium: str = "audio") -> bool:
        return bool(await self.page.evaluate("(medium) => client.mayReceive(medium)", medium))

    async def sent(self) -> list[dict[str, Any]]:
        """What the bot would have got."""
        sent: list[dict[str, Any]] = await self.page.evaluate("window.sent")
        return sent

    async def captions(self) -> list[str]:
        texts: list[str] = await self.page.evaluate("client.transcript.map((c) => c.text)")
        return texts


@pytest_asyncio.fixture(loop_scope="session")
async def device(room: Room) -> AsyncIterator[Device]:
    device = Device(await room.page())
    await device.start()
    yield device


def parts(text: str) -> list[Any]:
    """Header and payload of a signed message."""
    return [json.loads(from_b64url(part)) for part in text.split(".")[:2]]


def altered(text: str, **fields: Any) -> str:
    """The same header and signature around a payload somebody changed."""
    header, _, signature = text.split(".")
    return f"{header}.{b64url(json.dumps(parts(text)[1] | fields).encode())}.{signature}"


async def test_a_signed_caption_is_taken(device: Device) -> None:
    assert await device.takes(device.signed(caption()))
    assert await device.captions() == ["hello"]
    assert await device.refused() == {}


async def test_unsigned_and_forged_messages_are_refused_and_counted(device: Device) -> None:
    assert not await device.takes(json.dumps({"kind": "caption", "text": "hello"}))
    assert not await device.takes(altered(device.signed(caption()), id="other"))
    stranger = Signer("c-1")
    assert not await device.takes(stranger.sign(Message(caption(), id="m", at=0.0)))
    header, payload, signature = device.signed(caption()).split(".")
    none = b64url(json.dumps({"alg": "none", "kid": device.bot.fingerprint}).encode())
    assert not await device.takes(f"{none}.{payload}.{signature}")
    assert not await device.takes(f"{header}.{payload}.")
    assert await device.refused() == {"unsigned": 1, "forged": 4}
    assert await device.captions() == []


async def test_a_replayed_message_is_refused(device: Device) -> None:
    first, second = device.signed(caption("one"), "a"), device.signed(caption("two"), "b")
    assert await device.takes(first)
    assert await device.takes(second)
    assert not await device.takes(second)
    assert not await device.takes(first)
    assert await device.refused() == {"replayed": 2}


async def test_messages_of_another_call_or_to_somebody_else_are_refused(device: Device) -> None:
    assert not await device.takes(device.signed(caption(), to=frozenset({"p7"})))
    assert await device.takes(device.signed(caption(), to=frozenset({"p1", "p7"})))
    elsewhere = Signer("c-2", device.key)
    for _ in range(9):
        text = elsewhere.sign(Message(caption(), id="x", at=0.0))
        assert not await device.takes(text)
    assert await device.refused() == {"foreign": 10}


async def test_an_older_revision_never_replaces_a_newer_one(device: Device) -> None:
    assert await device.takes(device.signed(caption("new"), revision=3))
    assert not await device.takes(device.signed(caption("old"), revision=2))
    assert await device.takes(device.signed(caption("newer"), revision=4))
    assert await device.captions() == ["newer"]
    assert await device.refused() == {"stale": 1}


async def test_a_signed_message_of_the_wrong_shape_is_refused(device: Device) -> None:
    payload = parts(device.signed(caption()))[1]
    body = payload["body"] | {"text": 7}
    for wrong in ({"body": body}, {"kind": "constructor"}, {"seq": "1"}, {"to": "p1"}):
        assert not await device.takes(device.resigned(payload | wrong))
    assert await device.refused() == {"malformed": 4}


async def test_a_notice_with_another_fingerprint_is_refused(device: Device) -> None:
    notice = Notice(bot="C", fingerprint="0000", purposes=[], available=[], commands=[])
    assert not await device.takes(device.signed(notice))
    assert await device.refused() == {"forged": 1}


async def test_a_retraction_takes_captions_back(device: Device) -> None:
    await device.says(caption("keep"), "captions/1")
    await device.says(caption("take back"), "captions/2")
    await device.says(Retraction(ids=["captions/2"], reason="withdrawn"), "r")
    assert await device.captions() == ["keep"]


async def test_messages_are_taken_in_the_order_they_came(device: Device) -> None:
    texts = [device.signed(caption(str(n)), revision=n) for n in range(20)]
    taken = await device.page.evaluate(
        "(texts) => Promise.all(texts.map((t) => client.receive(t)))", texts
    )
    assert taken == [True] * 20
    assert await device.captions() == ["19"]


async def test_a_browser_without_ed25519_says_so_and_believes_nothing(device: Device) -> None:
    await device.page.evaluate(
        "void (crypto.subtle.importKey = () => "
        "Promise.reject(new DOMException('', 'NotSupportedError')))"
    )
    await device.start()
    assert await device.page.evaluate("client.supported") is False
    assert not await device.takes(device.signed(caption()))
    assert await device.refused() == {"unsupported": 1}


async def test_the_bots_word_alone_opens_nothing(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.tells(captions="running")
    assert not await device.may_receive()
    assert await device.page.evaluate('client.standing("captions")') == "asked"


async def test_my_yes_alone_opens_nothing(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    assert not await device.may_receive()
    await device.tells(audio=False, captions="running")
    assert not await device.may_receive()


async def test_what_the_bot_wants_and_i_agreed_to_is_let_through(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    assert await device.may_receive()


async def test_a_no_closes_before_it_is_sent(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    order = await device.page.evaluate(
        """() => {
          const order = [];
          client.addEventListener("consent", () => order.push(client.mayReceive("audio")));
          const { push } = window.sent;
          window.sent.push = (control) => order.push(control.answer);
          client.decide("captions", "no");
          return order;
        }"""
    )
    assert order == [False, "no"]


async def test_one_purpose_that_still_runs_keeps_the_microphone(device: Device) -> None:
    await device.asks(CAPTIONS, NAMED_BY_VOICE)
    await device.decides("captions", "yes")
    await device.decides("voices", "yes")
    await device.tells(captions="running", voices="running")
    await device.decides("captions", "no")
    assert await device.may_receive()
    await device.decides("voices", "no")
    assert not await device.may_receive()


@pytest.mark.parametrize(
    ("agreed", "audio", "video"),
    [(CAPTIONS, True, False), (COVERED, False, True), (SUMMARY, False, False)],
)
async def test_the_bot_gets_nothing_that_the_terms_agreed_to_do_not_name(
    device: Device, agreed: PurposeTerms, audio: bool, video: bool
) -> None:
    await device.asks(CAPTIONS, COVERED, SUMMARY)
    await device.decides(agreed.name, "yes")
    await device.tells(video=True, captions="running", covered="running", summary="running")
    assert await device.may_receive("audio") is audio
    assert await device.may_receive("video") is video


async def test_a_yes_to_old_terms_does_not_count_for_new_ones(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    await device.asks(terms("captions", "Live captions", version="a1.2"))
    assert not await device.may_receive()


async def test_what_the_owner_turned_off_needs_a_new_yes_when_it_is_back(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    await device.tells(captions="off")
    assert not await device.may_receive()
    await device.tells(captions="running")
    assert not await device.may_receive()


async def test_coming_back_as_somebody_new_starts_with_no_answers(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.page.evaluate("client.connect({ send() {} }, 'p9')")
    assert await device.page.evaluate('client.answer("captions")') is None
    assert not await device.may_receive()


async def test_a_broken_connection_receives_nothing_until_it_is_made_again(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    await device.page.evaluate("client.disconnect()")
    assert not await device.may_receive()
    await device.page.evaluate("client.connect({ send() {} }, 'p1')")
    await device.asks(CAPTIONS)
    await device.tells(captions="running")
    assert await device.may_receive()


async def test_a_notice_on_the_screen_and_its_grace_start_a_purpose(device: Device) -> None:
    await device.asks(announced(10))
    await device.tells(captions="running")
    assert not await device.may_receive(), "the bot says so, but the notice was not shown here"
    await device.page.evaluate('client.noticed(["captions"])')
    await device.page.evaluate("window.now = 9.9")
    assert not await device.may_receive()
    await device.page.evaluate("window.now = 10")
    assert await device.may_receive()
    await device.decides("captions", "no")
    assert not await device.may_receive()


async def test_a_biometric_purpose_never_starts_by_notice(device: Device) -> None:
    voices = announced(0).model_copy(update={"biometric": True})
    await device.asks(voices)
    await device.page.evaluate('client.noticed(["captions"])')
    await device.tells(captions="running")
    assert not await device.may_receive()


async def test_an_answer_typed_as_a_command_counts_on_this_device(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.page.evaluate('client.command("/yes captions")')
    await device.tells(captions="running")
    assert await device.may_receive()
    await device.page.evaluate('client.command("/no all")')
    assert not await device.may_receive()
    yes, no = await device.sent()
    assert yes == {"type": "decide", "purpose": "captions", "answer": "yes", "version": "a1.1"}
    assert no == {"type": "command", "text": "/no all"}


def with_nonce(nonce: str) -> PurposeTerms:
    return CAPTIONS.model_copy(update={"nonce": nonce})


async def test_a_yes_quotes_the_nonce_of_the_notice_and_a_no_needs_none(device: Device) -> None:
    await device.asks(with_nonce("n1"))
    await device.decides("captions", "yes")
    await device.asks(with_nonce("n2"))
    await device.decides("captions", "no")
    assert [act.get("nonce") for act in await device.sent()] == ["n1", None]


@pytest.mark.parametrize("no", ["client.decide('captions', 'no')", "client.command('/no all')"])
async def test_a_yes_right_after_a_no_waits_for_the_next_nonce(device: Device, no: str) -> None:
    await device.asks(with_nonce("n1"))
    await device.page.evaluate(no)
    await device.decides("captions", "yes")
    assert len(await device.sent()) == 1, "with the nonce it has, the yes would be refused"
    await device.asks(with_nonce("n2"))
    assert [act.get("nonce") for act in await device.sent()] == [None, "n2"]


async def test_a_yes_that_waited_is_not_sent_after_another_no(device: Device) -> None:
    await device.asks(with_nonce("n1"))
    for answer in ("no", "yes", "no"):
        await device.decides("captions", answer)
    await device.asks(with_nonce("n2"))
    assert [act["answer"] for act in await device.sent()] == ["no", "no"]


async def test_a_second_click_on_yes_is_not_a_second_yes(device: Device) -> None:
    await device.asks(with_nonce("n1"))
    await device.decides("captions", "yes")
    await device.decides("captions", "yes")
    assert len(await device.sent()) == 1


async def test_a_yes_that_was_not_taken_can_be_said_again(device: Device) -> None:
    await device.asks(with_nonce("n1"))
    await device.tells(captions="asked")
    await device.decides("captions", "yes")
    await device.says(Reply(code="stale_notice", text="Say it again."), "reply")
    await device.decides("captions", "yes")
    assert [act["nonce"] for act in await device.sent()] == ["n1", "n1"]


async def test_to_be_forgotten_is_a_no_to_everything_on_this_device_too(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.decides("captions", "yes")
    await device.tells(captions="running")
    assert await device.may_receive()
    await device.page.evaluate('client.command("/forget me")')
    assert not await device.may_receive()


async def test_a_yes_that_did_not_count_is_to_be_given_again(device: Device) -> None:
    await device.asks(CAPTIONS)
    await device.tells(captions="asked")
    await device.decides("captions", "yes")
    assert await device.page.evaluate("client.open.length") == 0
    await device.says(Reply(code="stale_notice", text="Say it again."), "reply")
    assert await device.page.evaluate("client.open.length") == 1
