"""A bot with a kiosk and nobody in a call, Ana who enrolled, and a tablet at the door."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, WebSocket

from consentry.bot import Bot
from consentry.config.loading import load_config
from consentry.people.enrollment import Enrollment
from consentry.people.person import Person
from consentry.web.pages import serving_pages
from tests.commands.test_pages import free_port
from tests.e2e.page.authenticator import give_authenticator
from tests.e2e.page.browser import WATCH_CONNECTIONS, watch_errors
from tests.e2e.page.filmed_camera import CAMERA
from tests.e2e.steps import Steps
from tests.meetings.calendars import calendar

TABLET = {"width": 800, "height": 1280}
PIN = "802817"

# What an enrollment page does with a passkey, in one function.
MAKE_PASSKEY = """async (options) => {
  const read = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const write = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const made = await navigator.credentials.create({ publicKey: {
    ...options,
    challenge: read(options.challenge),
    user: { ...options.user, id: read(options.user.id) },
    extensions: { prf: { eval: { first: read(options.extensions.prf.eval.first) } } },
  } });
  const { first } = made.getClientExtensionResults().prf?.results ?? {};
  return JSON.stringify({
    id: made.id,
    rawId: write(made.rawId),
    type: made.type,
    clientExtensionResults: first ? { prf: { results: { first: write(first) } } } : {},
    response: {
      clientDataJSON: write(made.response.clientDataJSON),
      attestationObject: write(made.response.attestationObject),
    },
  });
}"""

HEAR = """() => window.sockets.at(-1)
  .dispatchEvent(new MessageEvent("message", { data: '{"type":"nothing"}' }))"""


@dataclass
class Ana:
    """Somebody who enrolled."""

    person: Person
    number: str
    link: str


@dataclass
class Door:
    """The kiosk's server, and browsers."""

    url: str
    key_link: str
    enrollment: Enrollment
    ana: Ana
    browser: Browser
    stack: AsyncExitStack

    async def tablet(self, **options: Any) -> Tablet:
        """A device that became the kiosk, on its first screen; errors of the page's fail."""
        context = await self.browser.new_context(**{"viewport": TABLET, "locale": "en"} | options)
        self.stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(20_000)
        self.stack.callback(watch_errors(page, "status of 4", "net::ERR_"))
        tablet = Tablet(page, self)
        page.on("websocket", tablet.watch)
        await tablet.steps.watch(context)
        await page.add_init_script(WATCH_CONNECTIONS)
        await page.add_init_script(CAMERA)
        await page.goto(self.key_link)
        await page.get_by_role("heading", name="Meetings in Lise Meitner").wait_for()
        return tablet


class Tablet:
    """The kiosk's page."""

    def __init__(self, page: Page, door: Door) -> None:
        self.page = page
        self.door = door
        self.visits: list[str] = []
        """Tokens, as the QR codes hold them."""
        self.steps = Steps()
        """What whoever stands before it does."""
        self.hearing: list[Callable[[dict[str, Any]], None]] = []
        """Told what the server says."""

    def watch(self, socket: WebSocket) -> None:
        """Hear what the server says."""
        socket.on("framereceived", self._heard)

    def _heard(self, text: str | bytes) -> None:
        frame = json.loads(text)
        if frame["type"] == "visit":
            self.visits.append(frame["visit"])
        for hear in self.hearing:
            hear(frame)

    async def waits(self, seconds: int) -> None:
        """Time passes that a test does not wait for, with the server heard meanwhile."""
        for _ in range(seconds // 20):
            await self.page.clock.fast_forward(20_000)
            await self.page.evaluate(HEAR)

    async def stays(self) -> None:
        """Answer that somebody is there, and wait until the page has heard it.

        A dialog is gone before its ``close`` is told.
        """
        dialog = self.page.locator("#still")
        await dialog.evaluate("""(dialog) => {
          window.stayed = new Promise((done) => dialog.addEventListener("close", done));
        }""")
        await self.page.get_by_role("button", name="Yes, I am here").click()
        await self.page.evaluate("window.stayed.then(() => true)")

    async def chooses(self, meeting: str = "Planning") -> None:
        """Touch a meeting, and wait for the ways to check in."""
        await self.page.get_by_role("button", name=meeting).click()
        await self.page.locator("#code[src]").wait_for()

    async def types(self, digits: str) -> None:
        """On the keypad of the screen."""
        for digit in digits:
            await self.page.locator(f'#keypad button[value="{digit}"]').click()

    async def passkey(self) -> None:
        """An authenticator of this device's, with a passkey of Ana's on it."""
        await give_authenticator(self.page)
        people, passkeys = self.door.enrollment.people, self.door.enrollment.desk.passkeys
        asked = await passkeys.to_make(self.door.ana.person)
        made = passkeys.made(
            asked.challenge, await self.page.evaluate(MAKE_PASSKEY, dict(asked.options))
        )
        assert made is not None
        await people.add_passkey(self.door.ana.person.id, made)


async def open_door(folder: Path, browser: Browser, stack: AsyncExitStack) -> Door:
    """A kiosk whose feed has a meeting that lasts, and one that comes."""
    port = free_port()
    url = f"http://localhost:{port}"
    (folder / "room.ics").write_bytes(calendar(event("Planning", -600), event("Review", 3600)))
    (folder / "consentry.yaml").write_text(
        f"storage: {{directory: store}}\nweb: {{public_url: '{url}', port: {port}}}\n"
        "people: {organization: Example}\n"
        "kiosk: {room: Lise Meitner, time_zone: Europe/Berlin, feeds: [{file: room.ics}]}\n"
    )
    bot = await stack.enter_async_context(Bot(load_config(folder / "consentry.yaml")))
    pages = await stack.enter_async_context(serving_pages(bot))
    assert bot.enrollment is not None and pages.kiosk is not None
    ana = await enrolled(bot.enrollment)
    browsers = await stack.enter_async_context(AsyncExitStack())
    return Door(url, pages.kiosk, bot.enrollment, ana, browser, browsers)


async def enrolled(enrollment: Enrollment) -> Ana:
    """Ana, with a PIN and a link."""
    people, hashing = enrollment.people, enrollment.desk.hashing
    person, _ = await people.invite("Ana")
    number = await people.set_pin(person.id, await hashing.hash(PIN))
    return Ana(person, number, await people.new_link(person.id))


def event(title: str, begins_in: float, *lines: str) -> str:
    """A meeting of 40 minutes, with more ``lines``."""
    start, end = (
        datetime.fromtimestamp(time.time() + begins_in + after, UTC) for after in (0, 2400)
    )
    form = "%Y%m%dT%H%M%SZ"
    times = f"DTSTART:{start:{form}}\nDTEND:{end:{form}}"
    return "\n".join([f"UID:{title}", times, f"SUMMARY:{title}", *lines])
