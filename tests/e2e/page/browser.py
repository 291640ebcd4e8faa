"""How Chromium is started, and what a test looks at inside a page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from playwright.async_api import Frame, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]

# Keeps the page's connections, so that a test can look at them and cut them.
WATCH_CONNECTIONS = """
window.connections = [];
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...args) { super(...args); window.sockets.push(this); }
};
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...args) { super(...args); window.connections.push(this); }
};
"""

BOT_SENDER = """
window.botSender = (kind = "audio") => window.connections
  .filter((c) => c.connectionState !== "closed" && c.sctp !== null)
  .flatMap((c) => c.getTransceivers())
  .filter((t) => t.receiver.track.kind === kind && t.direction !== "recvonly")
  .at(-1) ?? null;
window.sentPictures = async () => {
  const stats = [...(await window.botSender("video").sender.getStats()).values()];
  const { bytesSent = 0, framesSent = 0, frameWidth = 0, frameHeight = 0 } =
    stats.find((s) => s.type === "outbound-rtp") ?? {};
  return { bytes: bytesSent, frames: framesSent, width: frameWidth, height: frameHeight };
};
window.seenFrames = () => window.receivedFromPeople("video", "framesDecoded");
window.heardPackets = () => window.receivedFromPeople("audio", "packetsReceived");
window.receivedFromPeople = async (kind, figure) => {
  const people = window.connections
    .filter((c) => c.sctp === null && c.connectionState === "connected");
  const reports = await Promise.all(people.map((c) => c.getStats()));
  const inbound = reports.flatMap((r) => [...r.values()]).filter((s) => s.type === "inbound-rtp");
  return inbound.filter((s) => s.kind === kind).reduce((n, s) => n + (s[figure] ?? 0), 0);
};
"""


def watch_errors(page: Page, *expected: str) -> Callable[[], None]:
    """What raises AssertionError with every error the page reported by then.

    Those with one of ``expected`` in them are none: Chromium logs each refused request as an error.
    """
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)

    def check() -> None:
        found = [error for error in errors if not any(text in error for text in expected)]
        if found:
            raise AssertionError(f"the page reported {found}")

    return check


async def until(page: Page | Frame, function: str, arg: Any = None, seconds: float = 15) -> None:
    """Wait until the JavaScript ``function`` of ``arg`` is true, looked at before each frame.

    Playwright's own wait evaluates a string inside the page, which the page's policy forbids.
    """
    async with asyncio.timeout(seconds):
        await page.evaluate(
            f"""async (arg) => {{
              while (!(await ({function})(arg))) await new Promise(requestAnimationFrame);
            }}""",
            arg,
        )


async def bot_sender(page: Page, kind: str = "audio") -> dict[str, Any]:
    """A transceiver towards the bot: its direction, whether it holds a track, packets sent."""
    state: dict[str, Any] = await page.evaluate(
        """async (kind) => {
          const transceiver = window.botSender(kind);
          const stats = [...(await transceiver.sender.getStats()).values()];
          const sent = stats.find((s) => s.type === "outbound-rtp")?.packetsSent ?? 0;
          return {direction: transceiver.direction, track: transceiver.sender.track !== null, sent};
        }""",
        kind,
    )
    return state


async def heard_packets(page: Page) -> int:
    """Audio packets from other people that reached this page."""
    return int(await page.evaluate("window.heardPackets()"))
