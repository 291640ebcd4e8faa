"""A call in a Galene group, with Galene's own page in Chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.connectors.driver import Reachable, Subscription
from consentry.consent.notice import Offer
from consentry.messages import Caption, Notice
from consentry.testing.conformance import check_call
from consentry.testing.tries import Sizes, check_tries
from consentry.testing.voices import Voice
from consentry_captions import Captions
from tests.connectors.galene.bots import VIDEO, Bot, present
from tests.network.wire_tap import WireTap
from tests.requirements import need
from tests.venues.galene import GalenePage, GaleneVenue, galene_venue

need("galene")
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


async def test_faces_are_large_while_somebody_checks_in(
    pictures: Path | None, tmp_path: Path
) -> None:
    async with galene_venue(tmp_path) as venue:
        sizes = await check_tries(venue, pictures=pictures, patience=2.0)
    assert sizes == Sizes((320, 240), (640, 480), (320, 240))


async def test_a_call_in_galene(wire: WireTap, pictures: Path | None, tmp_path: Path) -> None:
    async with galene_venue(tmp_path) as venue:
        report = await check_call(venue, wire=wire, pictures=pictures)
    assert report.seconds["join"] <= 5.0
    assert report.seconds["no_to_silence"] <= 0.5
    assert report.seconds["reconnect"] <= 10.0


async def test_another_size_comes_by_the_connection_that_there_is(tmp_path: Path) -> None:
    async with galene_venue(tmp_path) as venue, present(Bot(venue.server.page())) as bot:
        await venue.film("Mia")
        mia = await bot.met("Mia")
        await bot.grant(mia, VIDEO)
        await bot.sees(mia, 320)
        for fine, width in ((True, 640), (False, 320)) * 2:
            await bot.connector.want(Subscription(mia.id, VIDEO, 5.0, fine=fine))
            await bot.sees(mia, width)
        assert not bot.metrics.value("reconnects_requested")


async def test_captions_on_the_page_and_none_of_them_for_who_comes_later(
    pictures: Path | None, tmp_path: Path
) -> None:
    async with galene_venue(tmp_path) as venue, present(Bot(venue.server.page())) as bot:
        mia, sam = [await enter(venue, name, tmp_path) for name in ("Mia", "Sam")]
        who = await bot.met("Mia")
        await bot.until(lambda: sum(isinstance(h, Reachable) for h in bot.happened) == 2)
        await bot.say(notice(bot), await bot.met("Sam"))
        await sam.reads("/msg Consentry yes captions")
        text = "The launch party is on Friday, so we need the cake by Thursday."
        words = Caption(participant=who.id, name="Mia", text=text, start=0, end=4, final=True)
        await bot.say(words, id_="captions/1")
        for reader in (mia, sam):
            await reader.sees_caption("Mia", text)
        if pictures is not None:
            await sam.screenshot(pictures / "galene-captions.png")
        late = await enter(venue, "Late", tmp_path)
        await bot.met("Late")
        await late.type("to everybody")
        await late.reads("to everybody")
        assert "cake" not in await late.page.content()


async def enter(venue: GaleneVenue, name: str, folder: Path) -> GalenePage:
    speech = folder / "speech.wav"
    Voice.load("mia").write(speech)
    person = await venue.enter(name, speech)
    assert isinstance(person, GalenePage)
    return person


def notice(bot: Bot) -> Notice:
    """As a session makes it once captions are on."""
    terms = Offer(Captions.name, Captions.purpose, media=Captions.needs.media).shown("v1")
    key = bot.setting.signer.fingerprint
    return Notice(bot="Consentry", fingerprint=key, purposes=[terms], available=[], commands=[])
