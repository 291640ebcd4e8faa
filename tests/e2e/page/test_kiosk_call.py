"""Who checks in at the kiosk is seen by the people in the meeting's call, and told so before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from consentry.bot import Bot
from consentry.call.plan import Nobody
from consentry.config.loading import load_config
from consentry.consent.owner import OwnerCode
from consentry.web.host import Reception, RoomHost, hosting
from consentry.web.server import Address
from tests.commands.test_pages import free_port
from tests.e2e.page import accessibility
from tests.e2e.page.caller import come_in, own
from tests.e2e.page.kiosk import PIN, Door, enrolled, event
from tests.meetings.calendars import calendar

CODE, ROOM = "ABCD-EFGH", "planning"
SEEN = "The people in this meeting’s call see that you checked in here."

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]


@dataclass
class Building:
    """A room's calls, and a tablet at its door."""

    host: RoomHost
    door: Door

    async def enter(self, name: str) -> Page:
        """Somebody's page in the call."""
        context = await self.door.browser.new_context(permissions=["microphone"])
        self.door.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await come_in(page, self.host.page(ROOM), name)
        return page

    async def turned_on(self) -> Page:
        """The page of Olga, who owns the call, and turns check-in on."""
        olga = await self.enter("Olga")
        await own(olga, CODE)
        await olga.get_by_role("switch", name="Check-in").click()
        await olga.get_by_role("button", name="Close", exact=True).click()
        await olga.keyboard.press("Escape")
        return olga


@pytest_asyncio.fixture(loop_scope="session")
async def building(browser: Browser, tmp_path: Path) -> AsyncIterator[Building]:
    port = free_port()
    url = f"http://localhost:{port}"
    call = f"URL:{url}/r/{ROOM}"
    (tmp_path / "room.ics").write_bytes(
        calendar(event("Planning", -600, call), event("Review", -600))
    )
    (tmp_path / "consentry.yaml").write_text(
        "storage: {directory: store}\npeople: {ways: [pin]}\n"
        "plugins: {checkin: {assurance_to_owner: true}}\n"
        "kiosk: {room: Lise Meitner, feeds: [{file: room.ics}]}\n"
    )
    reception = Reception(lambda room: Nobody(), lambda: OwnerCode(CODE))
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(Bot(load_config(tmp_path / "consentry.yaml")))
        address = Address("127.0.0.1", port)
        host = await stack.enter_async_context(hosting(bot, reception, address, url))
        assert bot.enrollment is not None and host.kiosk is not None
        ana = await enrolled(bot.enrollment)
        browsers = await stack.enter_async_context(AsyncExitStack())
        yield Building(host, Door(url, host.kiosk, bot.enrollment, ana, browser, browsers))


async def test_the_people_in_the_call_see_who_is_in_the_room(building: Building) -> None:
    olga = await building.turned_on()
    ben = await building.enter("Ben")
    tablet = await building.door.tablet()
    await tablet.chooses()
    said = tablet.page.locator("#audience")
    await expect(said).to_have_text(f"{SEEN[:-1]}, and whoever owns it sees how.")
    await accessibility.check(tablet.page)
    await tablet.types(building.door.ana.number)
    await tablet.types(PIN)
    await tablet.page.get_by_role("button", name="Check in", exact=True).click()
    await expect(tablet.page.get_by_role("heading", name="Welcome, Ana")).to_be_focused()
    await expect(ben.locator("#in-room")).to_have_text("✓ In the room: Ana")
    await expect(olga.locator("#in-room")).to_have_text("✓ In the room: Ana (code)")
    await accessibility.check(ben)
    await building.door.enrollment.people.delete(building.door.ana.person.id)
    await expect(ben.locator("#in-room")).to_be_hidden()
    await expect(olga.locator("#in-room")).to_be_hidden()


async def test_of_another_meeting_they_learn_nothing(building: Building) -> None:
    olga = await building.turned_on()
    tablet = await building.door.tablet()
    for meeting in ("Review", "Planning"):
        await tablet.chooses(meeting)
        await expect(tablet.page.locator("#audience")).to_have_count(1)
        shown = await tablet.page.locator("#audience").text_content()
        assert (shown == "") is (meeting == "Review")
        await tablet.types(building.door.ana.number)
        await tablet.types(PIN)
        await tablet.page.get_by_role("button", name="Check in", exact=True).click()
        await tablet.page.get_by_role("heading", name="Welcome, Ana").wait_for()
        if meeting == "Review":
            await expect(olga.locator("#in-room")).to_be_hidden()
            await tablet.page.get_by_role("button", name="Done").click()
    await expect(olga.locator("#in-room")).to_have_text("✓ In the room: Ana (code)")
