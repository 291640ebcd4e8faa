"""People check in in a room, in Chromium, with the real engine: by face, by code, by keyboard."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from consentry.bot import Bot
from consentry.call.plan import Nobody
from consentry.config.loading import load_config
from consentry.connectors.driver import MediaConsent
from consentry.consent.owner import OwnerCode
from consentry.web.host import Reception, RoomHost, hosting
from tests.bench.checkin.films import GENUINE, PORTRAIT, Film
from tests.e2e.filmed import CAMERA, Filmed, filming
from tests.e2e.page.browser import BOT_SENDER, FLAGS, WATCH_CONNECTIONS
from tests.e2e.page.caller import come_in, own
from tests.e2e.steps import Path as Way
from tests.e2e.steps import Steps
from tests.engines.face.photos import FOLDER
from tests.requirements import need

CHROMIUM = need("chromium")
CODE, ROOM, NAME, PIN = "ABCD-EFGH", "party", "Ana Sharp", "271828"
VERDICT = re.compile("You are checked in.|Please use your code.")
CONFIG = "plugins: {checkin: {}}\npeople: {}\n"
ALOUD = "plugins: {checkin: {read_aloud: true}}\npeople: {}\n"
NO_FACES = "plugins: {checkin: {}}\npeople: {ways: [passkey, pin, link]}\n"

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Ways:
    """By what Ana checks in."""

    number: str
    link: str


@dataclass
class Call:
    """A room in which Olga turned check-in on, and Ana, who is enrolled."""

    host: RoomHost
    browser: Browser
    stack: AsyncExitStack
    ways: Ways
    shots: Path
    """Where pictures of what people see go."""
    steps: Steps = field(default_factory=Steps)
    """What whoever came last does."""

    async def enter(self, name: str) -> Page:
        context = await self.browser.new_context(permissions=["microphone", "camera"])
        self.stack.push_async_callback(context.close)
        await self.steps.watch(context)
        await context.add_init_script(WATCH_CONNECTIONS + BOT_SENDER + CAMERA)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        await come_in(page, self.host.page(ROOM), name)
        return page

    async def turned_on(self, purpose: str = "Check-in by face") -> Page:
        """Olga's page."""
        olga = await self.enter("Olga")
        await own(olga, CODE)
        await olga.get_by_role("switch", name=purpose, exact=True).click()
        await olga.get_by_role("button", name="Close", exact=True).click()
        await olga.keyboard.press("Escape")
        return olga

    async def filmed(self, page: Page, film: Film) -> Filmed:
        """What ``page``'s camera, which goes on now, films."""
        filmed = await self.stack.enter_async_context(filming(page))
        await filmed.reads()
        await filmed.show(film)
        await page.get_by_role("button", name="Start camera").first.click()
        return filmed

    async def page_of(self, page: Page) -> Page:
        """Where somebody checks in, in a window of its own."""
        async with page.expect_popup() as opened:
            await page.get_by_role("link", name="Check in", exact=True).click()
        window = await opened.value
        mine = window.get_by_role("button", name="This is my page")
        there = window.locator("#face-link")
        await mine.or_(there).first.wait_for()
        if await mine.count():
            await mine.click()
        await there.wait_for()
        await window.screenshot(path=self.shots / "window.png")
        return window

    async def claims_by_code(self, page: Page) -> None:
        """Ana gives her number and PIN."""
        window = await self.page_of(page)
        await window.locator("#number").fill(self.ways.number)
        await window.locator("#pin").fill(PIN)
        async with window.expect_event("close"):
            await window.locator("form", has=window.locator("#pin")).get_by_role("button").click()

    async def claims_by_face(self, page: Page) -> None:
        """Ana shows her link, and wants her face looked at."""
        window = await self.page_of(page)
        await window.locator("#face-link").fill(self.ways.link)
        async with window.expect_event("close"):
            await window.get_by_role("button", name="My link, then my face").click()


@pytest.fixture
async def call(tmp_path: Path) -> AsyncIterator[Call]:
    async with a_call(tmp_path) as call:
        yield call


@asynccontextmanager
async def a_call(tmp_path: Path, configured: str = CONFIG) -> AsyncIterator[Call]:
    config = tmp_path / "consentry.yaml"
    config.write_text(f"{configured}storage: {{directory: {tmp_path / 'kept'}}}\n")
    reception = Reception(lambda room: Nobody(), lambda: OwnerCode(CODE))
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(Bot(load_config(config)))
        host = await stack.enter_async_context(hosting(bot, reception))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        stack.push_async_callback(browser.close)
        await bot.warm_up()
        yield Call(host, browser, stack, await enrolled(bot), tmp_path)


async def enrolled(bot: Bot) -> Ways:
    """Ana, with a PIN, a link, and a template of her face where faces are used."""
    enrollment = bot.enrollment
    assert enrollment is not None
    people, desk = enrollment.people, enrollment.desk
    person, _ = await people.invite(NAME)
    number = await people.set_pin(person.id, await desk.hashing.hash(PIN))
    link = await people.new_link(person.id)
    if enrollment.photos is not None:
        looked = await enrollment.photos.look((FOLDER / f"{PORTRAIT}.jpg").read_bytes())
        assert looked.made is not None
        assert await people.put_face(person.id, looked.made)
    return Ways(number, link)


async def test_by_face_and_the_others_see_who_is_checked_in(call: Call, tmp_path: Path) -> None:
    olga = await call.turned_on()
    ana = await call.enter("ana's laptop")
    await ana.locator("[data-purpose=checkin] [data-answer=yes]").click()
    await ana.keyboard.press("Escape")
    await call.filmed(ana, Film(GENUINE, PORTRAIT, 1))
    assert not call.host.bot.metrics.value("face_embeddings"), "she did not ask for anything yet"
    await call.claims_by_face(ana)
    text = ana.locator("consentry-check-in .text")
    await expect(text).to_have_text("You are checked in.", timeout=20_000)
    await ana.screenshot(path=tmp_path / "ana.png")
    mark = olga.locator(".tile", has_text="ana's laptop").locator(".checked-in")
    await expect(mark).to_have_text(f"✓ Checked in: {NAME}")
    await olga.screenshot(path=tmp_path / "olga.png")
    assert call.host.bot.metrics.value("face_embeddings") == 1


async def test_a_microphone_that_is_off_is_asked_for_a_gesture_in_place_of_a_number(
    tmp_path: Path,
) -> None:
    async with a_call(tmp_path, ALOUD) as call:
        await call.turned_on()
        ana = await call.enter("ana's laptop")
        terms = ana.locator("[data-purpose=checkin]")
        await expect(terms).to_contain_text("read four digits aloud")
        await terms.locator("[data-answer=yes]").click()
        await ana.keyboard.press("Escape")
        await call.filmed(ana, Film(GENUINE, PORTRAIT, 1))
        await call.claims_by_face(ana)
        text = ana.locator("consentry-check-in .text")
        await expect(text).to_contain_text("Read aloud:", timeout=20_000)
        await expect(text).to_have_text("You are checked in.", timeout=20_000)


async def test_a_photo_is_sent_to_the_code_and_the_code_does(call: Call, tmp_path: Path) -> None:
    olga = await call.turned_on()
    eve = await call.enter("ana's laptop")
    await eve.locator("[data-purpose=checkin] [data-answer=yes]").click()
    await eve.keyboard.press("Escape")
    await call.filmed(eve, Film("print", PORTRAIT, 1))
    await call.claims_by_face(eve)
    text = eve.locator("consentry-check-in .text")
    await expect(text).to_have_text("Please use your code.", timeout=20_000)
    await eve.screenshot(path=tmp_path / "refused.png")
    assert not call.host.bot.metrics.value("face_embeddings"), "nobody living did what was asked"
    await expect(olga.locator(".checked-in").filter(visible=True)).to_have_count(0)
    await call.claims_by_code(eve)
    await expect(text).to_have_text("You are checked in.")
    await expect(olga.locator(".checked-in").filter(visible=True)).to_have_count(1)


async def by_code_and_by_face(call: Call) -> tuple[Way, Way]:
    """Ana checks in by her number and PIN, and then by her face, from the first touch each time."""
    await call.turned_on()
    ana = await call.enter("ana's laptop")
    text = ana.locator("consentry-check-in .text")
    await ana.get_by_role("dialog").wait_for()
    await ana.keyboard.press("Escape")
    async with call.steps.path() as code:
        await call.claims_by_code(ana)
        await expect(text).to_have_text("You are checked in.")
    await text.wait_for(state="hidden")
    await ana.locator("#badge button").click()
    async with call.steps.path() as face:
        await ana.locator("[data-purpose=checkin] [data-answer=yes]").click()
        await ana.keyboard.press("Escape")
        filmed = await call.filmed(ana, Film(GENUINE, PORTRAIT, 1))
        await call.claims_by_face(ana)
        # Or the code, on a machine that is too busy to look: sooner than by a face in any case.
        await expect(text).to_have_text(VERDICT, timeout=30_000)
        for prompt in ("look", *filmed.followed):
            face.did(f"follows {prompt}")
    return code, face


async def test_a_code_takes_no_more_steps_and_no_more_time_than_a_face(call: Call) -> None:
    code, face = await by_code_and_by_face(call)
    acts = [step.split()[0] for step in code.steps]
    assert acts == ["presses", "presses", "fills", "fills", "presses"], code.steps
    assert len(code.steps) <= len(face.steps) and code.seconds <= face.seconds


async def test_by_code_with_the_keyboard_alone_and_no_yes_about_faces(call: Call) -> None:
    olga = await call.turned_on()
    ana = await call.enter("ana's laptop")
    await ana.get_by_role("dialog").wait_for()
    await ana.keyboard.press("Escape")
    window = await opened_by_keyboard(ana)
    await pressed_through(window, call.ways.number)
    await is_checked_in(call, ana, olga)


async def test_by_code_with_the_keyboard_alone_where_there_is_no_face_engine(
    tmp_path: Path,
) -> None:
    async with a_call(tmp_path, NO_FACES) as call:
        assert call.host.bot.face_checks is None
        olga = await call.turned_on("Check-in")
        ana = await call.enter("ana's laptop")
        terms = ana.locator("[data-purpose=checkin]")
        await expect(terms).to_contain_text("no camera and no microphone is used")
        await expect(terms.locator(".biometric")).to_have_count(0)
        await ana.screenshot(path=tmp_path / "asked.png")
        await ana.keyboard.press("Escape")
        window = await opened_by_keyboard(ana)
        await press(window, "button", "This is my page")
        await window.locator("#pin").wait_for()
        await window.screenshot(path=tmp_path / "window.png")
        for word in ("face", "camera"):
            await expect(window.locator("main")).not_to_contain_text(word, ignore_case=True)
        await pressed_through(window, call.ways.number, claimed=True)
        await is_checked_in(call, ana, olga)
        await ana.screenshot(path=tmp_path / "ana.png")


async def opened_by_keyboard(ana: Page) -> Page:
    """Where Ana checks in, in a window of its own."""
    link = ana.get_by_role("link", name="Check in", exact=True)
    for _ in range(30):
        if await link.evaluate("(e) => e === document.activeElement"):
            break
        await ana.keyboard.press("Tab")
    async with ana.expect_popup() as opened:
        await ana.keyboard.press("Enter")
    return await opened.value


async def pressed_through(window: Page, number: str, *, claimed: bool = False) -> None:
    """``number`` and the PIN are typed and sent; ``claimed``: the page is hers already."""
    if not claimed:
        await press(window, "button", "This is my page")
    await press(window, "textbox", "Number", number)
    await window.keyboard.press("Tab")
    await window.keyboard.type(PIN)
    async with window.expect_event("close"):
        await window.keyboard.press("Enter")


async def is_checked_in(call: Call, ana: Page, olga: Page) -> None:
    """Ana is told so, Olga sees it, and no picture was taken for it."""
    await expect(ana.locator("consentry-check-in .text")).to_have_text("You are checked in.")
    mark = olga.locator(".tile", has_text="ana's laptop").locator(".checked-in")
    await expect(mark).to_have_text(f"✓ Checked in: {NAME}")
    assert not call.host.bot.metrics.value("face_embeddings")
    for standing in MediaConsent:
        assert not call.host.bot.metrics.value("decoded_frames", consent=standing.value)


async def press(page: Page, role: str, name: str, typed: str | None = None) -> None:
    """Tab to a control, then press Enter there, or type."""
    control = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    await control.wait_for()
    for _ in range(30):
        if await control.evaluate("(e) => e === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    if typed is None:
        await page.keyboard.press("Enter")
    else:
        await page.keyboard.type(typed)
