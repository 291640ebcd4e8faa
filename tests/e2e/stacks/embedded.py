"""A call in which one person's page has consentry.js, over the stack's real server and client."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from playwright.async_api import Frame, Page, Route, expect

from consentry.call.session import Session
from consentry.connectors.driver import Setting
from consentry.messages import Message, Notice
from consentry.metrics import Metrics
from consentry.signing import Signer
from consentry.testing.cast import scripted_plan
from consentry.testing.scene import Scene, running
from consentry.testing.venue import Someone, Venue
from consentry.testing.voices import VOICES, Voice
from consentry.testing.watched import Notes, Watched, Watcher
from consentry.web.server import STATIC
from tests.e2e.page.browser import until

FOLDER = "/embedded"
"""Where consentry.js is, on the page's own origin: the pages' policies allow no other."""

EMBED = """
async (base) => {{
  const {{ Introduction }} = await import(`${{base}}/consentry/introduction.js`);
  const {{ defineElements }} = await import(`${{base}}/consentry-elements.js`);
  defineElements();
  const consent = document.body.appendChild(document.createElement("consentry-consent"));
  window.carrier = await ({carrier})(base);
  window.heard = [];
  carrier.addEventListener("message", ({{ detail }}) => heard.push(detail.text));
  window.introduction = new Introduction(carrier);
  introduction.addEventListener("met", ({{ detail }}) => {{ consent.client = detail; }});
}}
"""


Client = Page | Frame
"""Where the stack's client object is."""


async def at_page(person: Someone) -> Client:
    """The page of somebody whose client is one."""
    return cast(Page, getattr(person, "page", None))


async def check_embedded(
    venue: Venue, carrier: str, client: Callable[[Someone], Awaitable[Client]] = at_page
) -> None:
    """Hold a call on ``venue`` that its owner follows with consentry.js, and in which somebody
    says that they are the bot.

    ``carrier`` is a JavaScript function that makes the stack's carrier in the ``client`` of one of
    the venue's people, from the address of the modules.
    """
    with tempfile.TemporaryDirectory() as folder:
        scene = _scene(venue, Path(folder))
        await scene.enter("Mia", "mia", owner=True)
        await scene.enter("Eve", "sam")
        mia, eve = [await client(scene.people[name]) for name in ("Mia", "Eve")]
        async with running(scene):
            await _bring(mia, carrier)
            await _bring(eve, carrier)
            await scene.met("Mia")
            await scene.met("Eve")
            await _is_asked_and_answers(scene, mia)
            await _believes_nobody_else(mia, eve)
            scene.session.stop()
        await until(mia, "() => !introduction.client.connected")


def _scene(venue: Venue, folder: Path) -> Scene:
    voices = {name: Voice.load(name) for name in VOICES}
    speech = {name: folder / f"{name}.wav" for name in voices}
    for name, voice in voices.items():
        voice.write(speech[name])
    notes = Notes()

    def joins(setting: Setting) -> Watched:
        connector = venue.stack().connector(venue.invitation(), venue.options(), setting)
        return Watched(connector, notes)

    session = Session(scripted_plan(voices), joins, Metrics(), Watcher(notes))
    return Scene(venue, notes, session, speech)


async def _bring(page: Client, carrier: str) -> None:
    """Put consentry.js into the page, as its maker would."""
    address = urlsplit(page.url)
    base = f"{address.scheme}://{address.netloc}{FOLDER}"

    async def serve(route: Route) -> None:
        file = STATIC / urlsplit(route.request.url).path.removeprefix(f"{FOLDER}/")
        kind, _ = mimetypes.guess_type(file)
        await route.fulfill(body=file.read_bytes(), content_type=kind or "text/javascript")

    routed = page.page if isinstance(page, Frame) else page
    await routed.route(f"{base}/**", serve)
    await page.evaluate(EMBED.format(carrier=carrier), base)


async def _is_asked_and_answers(scene: Scene, page: Client) -> None:
    session, client = scene.session, "introduction.client"
    await until(page, f"() => {client}?.status != null")
    assert await page.evaluate(f"{client}.fingerprint") == session.notice().fingerprint
    assert await page.evaluate(f"{client}.me") == scene.id("Mia")

    await page.evaluate(f"(code) => {client}.owner(code)", scene.notes.owner_code)
    await until(page, f"() => {client}.status.owner")
    await page.evaluate(f"{client}.enable('captions')")
    await page.get_by_role("button", name="Yes, Live captions").click()
    await until(page, f"() => {client}.standing('captions') === 'running'")
    await expect(page.get_by_role("dialog")).to_have_count(0)

    caption = await scene.caption("Mia")
    texts = f"() => {client}.transcript.map(({{ name, text }}) => `${{name}}: ${{text}}`)"
    await until(page, f"(line) => ({texts})().includes(line)", f"Mia: {caption.text}")

    assert await page.evaluate(f"{client}.decide('captions', 'no')")
    await until(page, f"() => {client}.status.purposes.captions === 'refused'")
    assert not scene.allows("Mia", "captions")
    assert await _refusals(page) == {}


async def _believes_nobody_else(page: Client, eve: Client) -> None:
    """What the bot said comes again from Eve, and so do a card and a notice of Eve's own."""
    me, heard = await page.evaluate("carrier.me"), await page.evaluate("heard")
    notice = await page.evaluate("introduction.client.notice")
    impostor = Signer("c-eve")
    words: dict[str, Any] = {"bot": "Consentry", "purposes": [], "available": [], "commands": []}
    body = Notice(fingerprint=impostor.fingerprint, **words)
    forged = impostor.sign(Message(body, id="notice", at=0.0))
    for text in (heard[0], heard[-1], impostor.card(me), forged):
        assert await eve.evaluate("([to, text]) => carrier.send(to, text)", [me, text])
    await until(page, "() => introduction.strangers >= 4")  # more where they go two ways
    assert (await _refusals(page)).keys() == {"stranger"}
    assert await page.evaluate("introduction.client.notice") == notice


async def _refusals(page: Client) -> dict[str, Any]:
    """What the page was told and did not believe."""
    refused: dict[str, int] = await page.evaluate("introduction.client.refused")
    refused["stranger"] = await page.evaluate("introduction.strangers")
    return {reason: count for reason, count in refused.items() if count}
