"""consentry.js in a page of an app on LiveKit: it meets the bot, and shuts it out till I agreed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from consentry.connectors.driver import Reachable, Said
from consentry.controls import Decide
from consentry.events import Joined
from consentry.messages import Message, Notice, PurposeState, Status, Want
from tests.connectors.calls import OFFERS
from tests.connectors.livekit.call import AUDIO, UNDROPPED, Bot, attending, bot_in
from tests.e2e.page.browser import until
from tests.requirements import need
from tests.venues.livekit import LiveKitVenue, livekit_venue, token

pytestmark = [pytest.mark.e2e, UNDROPPED, pytest.mark.timeout(120)]
need("livekit-server")

EMBED = """
async () => {
  const { Introduction } = await import("/static/consentry/introduction.js");
  const { LiveKitCarrier } = await import("/static/consentry/carriers/livekit.js");
  const { TrackPermissions } = await import("/static/consentry/carriers/livekit-permissions.js");
  window.permissions = new TrackPermissions(room);
  const isBot = ({ id }) => id === "consentry";
  window.introduction = new Introduction(new LiveKitCarrier(room), { bot: isBot });
  introduction.addEventListener("met", ({ detail: client }) => {
    window.client = client;
    permissions.follow(client);
  });
}
"""


@pytest.fixture
async def venue(tmp_path: Path) -> AsyncIterator[LiveKitVenue]:
    async with livekit_venue(tmp_path) as venue:
        yield venue


async def embedded(venue: LiveKitVenue) -> Page:
    """Mia's page, with consentry.js in it."""
    page = await venue.browsers.page()
    await page.goto(venue.address(token("mia", "Mia")))
    await page.wait_for_function(
        "() => window.room?.state === 'connected' && room.localParticipant.isMicrophoneEnabled"
    )
    await page.evaluate(EMBED)
    return page


async def tell(bot: Bot, standing: PurposeState, *, audio: bool = False) -> None:
    """What a session tells Mia: the terms, where she stands, and what the bot wants of her."""
    to = frozenset({"mia"})
    terms = [offer.shown("v1") for offer in OFFERS]
    notice = Notice(
        bot="Consentry",
        fingerprint=bot.setting.signer.fingerprint,
        purposes=terms,
        available=[],
        commands=[],
    )
    states: dict[str, Any] = {"captions": standing, "watch": "asked"}
    status = Status(purposes=states, owner=False, owner_confirmed=True)
    bodies = (notice, status, Want(audio=audio, video=False))
    for body in bodies:
        await bot.connector.send(Message(body, f"bot/{body.kind}", bot.setting.clock(), to=to))


def answers(bot: Bot) -> list[Decide]:
    return [said.control for said in bot.said(Said) if isinstance(said.control, Decide)]


async def test_the_page_meets_the_bot_and_answers_it(venue: LiveKitVenue) -> None:
    page = await embedded(venue)
    async with bot_in(venue.server) as bot:
        await until(page, "() => window.client?.connected === true")
        await bot.until(lambda: len(bot.said(Reachable)) >= 1)
        await tell(bot, "asked")
        await until(page, "() => client.open.length === 2")
        assert await page.evaluate("() => client.decide('captions', 'no')")
        await bot.until(lambda: bool(answers(bot)))
        assert [control.answer for control in answers(bot)] == ["no"]
        refused = await page.evaluate("() => client.refused")
        assert not any(refused.values()), refused


async def speech_of(bot: Bot, who: str, seconds: float) -> None:
    """Wait until that much more of ``who`` was heard; anybody else could have been meanwhile."""
    heard = sum(frame.duration for frame in bot.frames(who))
    await bot.until(lambda: sum(f.duration for f in bot.frames(who)) >= heard + seconds)


async def test_a_bot_gets_nothing_of_who_did_not_agree_whatever_it_asks_for(
    venue: LiveKitVenue,
) -> None:
    page = await embedded(venue)
    async with attending(venue.server, "sam") as sam, bot_in(venue.server) as bot:
        await sam.speak()
        await bot.until(lambda: len(bot.said(Joined)) == 2)
        await until(page, "() => window.client?.connected === true")
        await tell(bot, "running", audio=True)  # a lie: Mia was not asked
        await until(page, "() => client.want?.audio === true")
        await bot.grant("mia")  # it subscribes all the same
        await bot.grant("sam")
        await speech_of(bot, "sam", 2.0)
        assert not bot.frames("mia")

        await page.evaluate("() => client.decide('captions', 'yes')")
        await bot.until(lambda: len(bot.frames("mia")) > 3)

        await page.evaluate("() => client.decide('captions', 'no')")
        await speech_of(bot, "sam", 1.0)  # what was on its way
        before = len(bot.frames("mia"))
        await speech_of(bot, "sam", 1.5)
        assert len(bot.frames("mia")) == before, "the server has taken the subscription away"


async def test_other_people_hear_somebody_who_shuts_out_the_bot(venue: LiveKitVenue) -> None:
    await embedded(venue)
    async with bot_in(venue.server, token("sam", "Sam")) as sam:
        await sam.until(lambda: bool(sam.said(Joined)))
        await sam.grant("mia", AUDIO)
        await sam.until(lambda: len(sam.frames("mia")) > 3)
