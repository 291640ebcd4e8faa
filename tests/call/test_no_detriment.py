"""Nobody can tell who declined: not by what they get, not by what they could export, and whoever
declines gets what all others get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consentry.call.plan import Plan
from consentry.call.session import Session
from consentry.connectors.delivery import Delivery
from consentry.consent.erasure import Remains
from consentry.consent.notice import Offer
from consentry.consent.owner import OwnerCode
from consentry.controls import Enable, Request
from consentry.controls import OwnerCode as Code
from consentry.events import SAMPLE_RATE, AudioFrame, ChatReceived, Participant
from consentry.messages import Caption, Message, Notice
from consentry.metrics import Metrics
from consentry.plugin import Plugin
from consentry.signing import Signer, from_b64url
from consentry.testing import ScriptedConnector
from consentry.testing.call import fake_context
from consentry_captions import register_plugins as captions
from consentry_names import register_plugins as names
from consentry_summary import register_plugins as summary

PEOPLE = {name: Participant(name, name.title()) for name in ("olga", "ben", "xaver")}
XAVER = PEOPLE["xaver"]
OTHERS = ("olga", "ben")
Answer = Literal["yes", "no", "nothing"]
PRIVATE = ("notice", "status", "want", "reply", "receipt")

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BLOCK = 0.08
TONE = (0.5 * np.sin(np.arange(int(BLOCK * SAMPLE_RATE)) * 0.08)).astype(np.float32)
SILENCE = np.zeros_like(TONE)


def plugins() -> list[Plugin]:
    found: list[type[Plugin]] = []
    for register in (names, captions, summary):
        register(found.append)
    return [plugin() for plugin in found]


@dataclass
class Chat:
    """Implements ``Post``: what each person reads in the chat of the stack."""

    read: dict[str, list[str]] = field(default_factory=lambda: {who: [] for who in PEOPLE})
    public_lines: list[str] = field(default_factory=list)

    def people(self) -> Mapping[str, Participant]:
        return PEOPLE

    def signed(self, person: str, text: str) -> None:
        raise AssertionError("nobody here has consentry.js")

    def private(self, person: str, text: str) -> None:
        self.read[person].append(text)

    def public(self, text: str) -> None:
        self.public_lines.append(text)

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        self.public_lines.append(f"{caption.name}: {caption.text}")
        return None

    def retract(self, ids: Iterable[str]) -> None:
        self.public_lines.append(f"- {sorted(ids)}")


@dataclass
class Record:
    """Everything that left the bot in one call."""

    sent: list[Message]
    chat: Chat
    metrics: Metrics
    about: Notice

    def got(self, person: str) -> list[Mapping[str, Any]]:
        """Every message that reached ``person``'s client, as it was but for nonces."""
        mine = [m for m in self.sent if m.to is None or person in m.to]
        return [normal(message) for message in mine]

    def public(self) -> list[Mapping[str, Any]]:
        return [normal(message) for message in self.sent if message.to is None]

    def private(self, person: str) -> list[Mapping[str, Any]]:
        return [normal(m) for m in self.sent if m.to is not None and person in m.to]


def normal(message: Message) -> Mapping[str, Any]:
    body = message.body.model_dump(mode="json")
    if isinstance(message.body, Notice):
        for terms in body["purposes"]:
            terms["nonce"] = "-"
    return {
        "id": message.id,
        "at": round(message.at, 6),
        "about": sorted(message.about),
        "body": body,
    }


class Script:
    """The same call each time, but for what Xaver answers."""

    def __init__(self, xaver: Answer) -> None:
        self._xaver = xaver
        self._stack = ScriptedConnector()
        self._metrics = Metrics()
        self._code = OwnerCode()
        made = plugins()
        offers = [Offer(p.name, p.purpose, p.purpose.mode, media=p.needs.media) for p in made]
        spoken = fake_context("We should decide on the launch date, I will write to the printer.")
        plan = Plan(
            "c-1",
            "Consentry",
            list(zip(made, offers, strict=True)),
            lambda name: replace(spoken, vault=None),
            self._code,
        )
        self._names = [plugin.name for plugin in made]
        signer = Signer("c-1", KEY)
        self._session = Session(plan, self._stack.joins, self._metrics, signer=signer)

    async def plays(self) -> Record:
        running = asyncio.create_task(self._session.run())
        await asyncio.sleep(0)
        for who in PEOPLE.values():
            await self._stack.join(who)
        olga = PEOPLE["olga"]
        await self._stack.say(olga, Code(type="owner", code=self._code.code or ""))
        for name in self._names:
            await self._stack.say(olga, Enable(type="enable", purpose=name))
        for name in self._names:
            await asyncio.sleep(0.5)
            await self._answers(name)
        for turn in range(2):
            for who in PEOPLE.values():
                await self._speaks(who, turn)
        await self._stack.say(PEOPLE["ben"], Request(type="request", plugin="summary"))
        await asyncio.sleep(2)
        about = self._session.notice()
        self._stack.end()
        await running
        return Record(self._stack.sent, self._words(), self._metrics, about)

    async def _answers(self, name: str) -> None:
        for person in OTHERS:
            await self._stack.answer(PEOPLE[person], name, "yes")
        if self._xaver != "nothing":
            await self._stack.answer(XAVER, name, self._xaver)

    async def _speaks(self, who: Participant, turn: int) -> None:
        line = ChatReceived(who, f"line-{who.id}-{turn}", "I write", self._session.now())
        await self._stack.happen(line)
        for samples in [TONE] * 20 + [SILENCE] * 15:
            await self._stack.happen(AudioFrame(who, samples, self._session.now()))
            await asyncio.sleep(BLOCK)

    def _words(self) -> Chat:
        chat = Chat()
        delivery = Delivery(self._stack.setting, chat, lambda happening: None)
        for message in self._stack.sent:
            delivery.send(message)
        return chat


async def played(xaver: Answer) -> Record:
    return await Script(xaver).plays()


def kinds(messages: Sequence[Mapping[str, Any]]) -> set[str]:
    return {message["body"]["kind"] for message in messages}


@pytest.mark.virtual_time
async def test_nobody_gets_anything_that_tells_a_no_from_no_answer() -> None:
    declined, silent = await played("no"), await played("nothing")
    assert {"caption", "speaking", "summary"} <= kinds(declined.public()), "or it shows nothing"
    for person in OTHERS:
        assert declined.got(person) == silent.got(person)
        assert declined.chat.read[person] == silent.chat.read[person]
    assert declined.chat.public_lines == silent.chat.public_lines
    assert not any("xaver" in message["about"] for message in declined.public())


@pytest.mark.virtual_time
async def test_whoever_declines_gets_what_all_others_get() -> None:
    declined = await played("no")
    everybody = declined.public()
    assert [m for m in declined.got("xaver") if m in everybody] == everybody
    own, others = declined.private("xaver"), declined.private("ben")
    assert kinds(own) <= kinds(others) <= set(PRIVATE)
    notice = [m["body"] for m in own if m["body"]["kind"] == "notice"][-1]
    assert notice == [m["body"] for m in others if m["body"]["kind"] == "notice"][-1]


@pytest.mark.virtual_time
async def test_what_everybody_gets_is_the_same_for_one_who_declines_and_one_who_agrees() -> None:
    """What is made from Xaver himself is not there, and that is all."""
    declined, agreed = await played("no"), await played("yes")
    theirs = [m for m in agreed.public() if "xaver" not in m["about"]]
    captions = [m["body"] for m in theirs if m["body"]["kind"] == "caption"]
    assert captions == [m["body"] for m in declined.public() if m["body"]["kind"] == "caption"]
    assert kinds(agreed.public()) == kinds(declined.public())
    statuses = [m["body"] for m in declined.private("xaver") if m["body"]["kind"] == "status"]
    assert set(statuses[-1]["purposes"].values()) == {"refused"}


@pytest.mark.virtual_time
async def test_no_page_and_no_figure_tells_who_declined() -> None:
    declined, silent = await played("no"), await played("nothing")
    assert declined.about == silent.about, "the public page is made of this"
    one, other = figures(declined.metrics), figures(silent.metrics)
    differing = {name for name in one | other if one.get(name) != other.get(name)}
    # How long noes took, of all calls together: that somebody said no, and not who.
    assert differing <= {"consentry_consent_seconds"}
    assert not any(person in json.dumps(sorted(one)) for person in PEOPLE)


def figures(metrics: Metrics) -> dict[str, list[tuple[str, str, float]]]:
    """Every figure that no clock is behind, with its labels."""
    return {
        metric.name: [
            (s.name, json.dumps(s.labels, sort_keys=True), s.value)
            for s in metric.samples
            if not s.name.endswith("_created")
        ]
        for metric in metrics.registry.collect()
        if metric.name not in ("consentry_plugin_seconds", "consentry_loop_lag_seconds")
    }


@pytest.mark.virtual_time
async def test_the_numbers_of_messages_do_not_count_what_is_said_to_others() -> None:
    numbers = []
    for record in (await played("no"), await played("nothing")):
        signer = Signer("c-1", KEY, iter([message.at for message in record.sent]).__next__)
        signed = [signer.sign(message) for message in record.sent]
        seqs = [json.loads(from_b64url(text.split(".")[1]))["seq"] for text in signed]
        public = [s for s, m in zip(seqs, record.sent, strict=True) if m.to is None]
        numbers.append([round(seq / 1e6, 3) for seq in public])
    assert numbers[0] == numbers[1]
