"""Calls on Jitsi with its own Jicofo and videobridge, where this machine has them."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from consentry.connectors.driver import Happening, MediaConsent, Setting, Subscription
from consentry.connectors.jitsi.stack import Jitsi, JitsiOptions
from consentry.connectors.stack import Invitation
from consentry.events import AudioFrame, Joined, Medium
from consentry.messages import Caption, Message
from consentry.metrics import Metrics
from consentry.signing import Signer
from consentry.testing.conformance import check_call
from consentry.testing.tries import Sizes, check_tries
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.browser import chromium
from tests.venues.jitsi.real import TOKEN, RealJitsi, real_jitsi
from tests.venues.jitsi.server import LIBRARY
from tests.venues.jitsi.venue import BOT, JitsiVenue, enter

need("prosody")
need("jitsi-client")
need("jicofo")
need("jitsi-videobridge")
if LIBRARY not in os.environ:
    # What npm has of lib-jitsi-meet is older than the captions of these servers.
    pytest.skip(f"{LIBRARY} names no lib-jitsi-meet of these servers' age", allow_module_level=True)
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

AUDIO = frozenset({Medium.AUDIO})


def from_the_bridge(server: RealJitsi) -> JitsiOptions:
    listen, token = f"127.0.0.1:{server.listen}", SecretStr(TOKEN)
    return JitsiOptions(media="bridge", listen=listen, bridge_token=token)


class Listener:
    """A connector whose sound the bridge brings, and what happened on it."""

    def __init__(self, server: RealJitsi) -> None:
        began = time.monotonic()
        self.metrics = Metrics()
        setting = Setting(
            lambda: time.monotonic() - began,
            Signer("c-test"),
            self.metrics,
            lambda who, medium: MediaConsent.GRANTED,
        )
        invitation = Invitation(server.url, BOT)
        self.connector = Jitsi.connector(invitation, from_the_bridge(server), setting)
        self._happened: list[Happening] = []
        self._news = asyncio.Event()

    async def listen(self) -> None:
        async for happening in self.connector.happenings():
            self._happened.append(happening)
            self._news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()

    async def captions(self, name: str, words: str) -> None:
        """Say it again and again: a page that comes late has the next one."""
        for number in itertools.count():
            id_ = self.id(name)
            said = Caption(participant=id_, name=name, text=words, start=0, end=1, final=True)
            await self.connector.send(Message(said, f"c{number}", 1.0, frozenset({id_})))
            await asyncio.sleep(0.5)

    def id(self, name: str) -> str:
        joined = [h.participant for h in self._happened if isinstance(h, Joined)]
        return next((each.id for each in joined if each.name == name), "")

    def frames(self, name: str) -> int:
        return sum(
            isinstance(h, AudioFrame) and h.participant.id == self.id(name) for h in self._happened
        )

    def bridges(self) -> float:
        return self.metrics.value("connections")


async def test_a_call_on_jitsi_s_own_servers(
    wire: WireTap, pictures: Path | None, tmp_path: Path
) -> None:
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        report = await check_call(JitsiVenue(server, browsers), wire=wire, pictures=pictures)
    assert report.seconds["no_to_silence"] <= 0.5


async def test_faces_are_large_while_somebody_checks_in(
    pictures: Path | None, tmp_path: Path
) -> None:
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        venue = JitsiVenue(server, browsers, simulcast="yes")
        sizes = await check_tries(venue, pictures=pictures, patience=2.0)
    assert sizes == Sizes((320, 180), (640, 360), (320, 180))


async def test_a_call_whose_sound_the_bridge_brings(pictures: Path | None, tmp_path: Path) -> None:
    """By TCP, and of everybody: there is nothing to be counted on the wire."""
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        venue = JitsiVenue(server, browsers, from_the_bridge(server))
        report = await check_call(venue, pictures=pictures)
    assert report.seconds["reconnect"] <= 10.0


async def test_the_bridge_brings_the_sound_of_who_agreed_and_shows_captions(tmp_path: Path) -> None:
    async with real_jitsi(tmp_path) as server, chromium() as browsers:
        bot = Listener(server)
        async with bot.connector, asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(bot.listen())
            dora = await enter(await browsers.page(), server, "Dora", devices="audio")
            emil = await enter(await browsers.page(), server, "Emil", devices="audio")
            await bot.until(lambda: bool(bot.id("Dora") and bot.id("Emil")))
            assert bot.bridges() == 0, "nobody agreed to anything"

            await bot.connector.want(Subscription(bot.id("Dora"), AUDIO))
            await bot.until(lambda: bot.frames("Dora") > 5)
            talking = tasks.create_task(bot.captions("Dora", "the beep"))
            await emil.sees_caption("Dora", "the beep")
            await dora.sees_caption("Dora", "the beep")
            talking.cancel()
            assert bot.frames("Emil") == 0
            assert bot.metrics.value("packets_dropped", reason="not_wanted") > 0, "Emil's, unopened"

            await bot.connector.want(Subscription(bot.id("Dora"), frozenset()))
            heard = bot.frames("Dora")
            while bot.bridges():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            assert bot.frames("Dora") == heard
            listening.cancel()
