"""The example in docs/consentry-js.md, as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from consentry.messages import Message, Notice, PurposeState, Status, Want
from consentry.signing import Signer, b64url
from tests.e2e.page.browser import until
from tests.e2e.page.room import Room
from tests.e2e.page.terms import CAPTIONS, COVERED

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

DOCUMENT = Path(__file__).parents[3] / "docs" / "consentry-js.md"

USE = """
async ({key}) => {
  const { embed } = await import("/embed.js");
  window.channel = new EventTarget();
  window.sent = [];
  channel.send = (text) => window.sent.push(JSON.parse(text));
  window.connection = new RTCPeerConnection();
  window.offers = [];
  const negotiate = async () => window.offers.push((await connection.createOffer()).sdp);
  const { stream } = new AudioContext().createMediaStreamDestination();
  const canvas = document.createElement("canvas");
  const tracks = {
    audio: stream.getAudioTracks()[0], video: canvas.captureStream().getVideoTracks()[0],
  };
  window.client = embed({ connection, channel, tracks, key, me: "p1", negotiate });
}
"""

DIRECTIONS = "connection.getTransceivers().map(({ direction }) => direction)"


def example(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


async def test_the_documented_example_works(room: Room) -> None:
    page = await room.page()
    origin = room.server.url
    await page.route(
        f"{origin}/example", lambda r: r.fulfill(body=example("html"), content_type="text/html")
    )
    await page.route(
        f"{origin}/embed.js",
        lambda r: r.fulfill(body=example("js"), content_type="text/javascript"),
    )
    await page.goto(f"{origin}/example")
    bot = Signer("c-1")
    await page.evaluate(USE, {"key": b64url(bot.public_key)})

    async def says(body: Notice | Status | Want) -> None:
        text = bot.sign(Message(body, id=body.kind, at=0.0, to=frozenset({"p1"})))
        await page.evaluate(
            "(data) => channel.dispatchEvent(new MessageEvent('message', {data}))", text
        )

    await says(
        Notice(
            bot="Clark",
            fingerprint=bot.fingerprint,
            purposes=[CAPTIONS, COVERED],
            available=[],
            commands=[],
        )
    )

    def status(captions: PurposeState, covered: PurposeState) -> Status:
        purposes = {"captions": captions, "covered": covered}
        return Status(purposes=purposes, owner=False, owner_confirmed=True)

    await says(status("asked", "asked"))
    await page.get_by_role("button", name="Yes, Live captions").click()
    assert await page.evaluate("window.sent.find((act) => act.type === 'decide').answer") == "yes"
    await says(status("running", "asked"))
    await says(Want(audio=True, video=True))
    await until(page, "() => window.offers.length === 1")
    assert await page.evaluate(DIRECTIONS) == ["sendonly", "inactive"]
    await expect(page.locator("consentry-badge")).to_contain_text("Live captions on")
    await page.evaluate('client.decide("captions", "no")')
    assert await page.evaluate(DIRECTIONS) == ["inactive", "inactive"]
    await page.get_by_role("button", name="Yes, Covered cameras").click()
    await says(status("refused", "running"))
    await until(page, "() => window.offers.length === 3")
    assert await page.evaluate(DIRECTIONS) == ["inactive", "sendonly"]
    await page.evaluate('client.decide("covered", "no")')
    assert await page.evaluate(DIRECTIONS) == ["inactive", "inactive"]
