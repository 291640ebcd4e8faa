"""What one hostile input does to aiortc as it comes; each case runs in a process of its own.

`python -m tests.fuzz.stock CASE` prints how it ended; one that would never end is killed.
"""

from __future__ import annotations

import asyncio
import resource
import struct
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import SessionDescription

from tests.fuzz.run import STALL_SECONDS
from tests.fuzz.target import SEEDS, unpack
from tests.fuzz.targets.sctp import Association, tagged
from tests.fuzz.targets.stun import Agent

CPU_SECONDS = 5
"""Then the system ends a case: it would not have ended."""

SSRC = 0x5EED
GOOD = 200
"""Packets of speech after the attack: 4 s, of which stock is given all the time it wants."""

SHORT_PRIORITY = struct.pack("!HHI", 1, 8, 0x2112A442) + bytes(12) + b"\0\x24\0\2\0\0\0\0"
"""A connectivity check of a stranger, with a priority of two bytes."""

EMPTY_PAYLOAD = b""
"""To a decoder it means the end of the stream."""


def rtp(number: int, payload: bytes, extension: bytes = b"", payload_type: int = 96) -> bytes:
    """A packet; ``extension`` is what follows the profile 0xBEDE, in whole words."""
    first = 0x90 if extension else 0x80
    header = struct.pack("!BBHII", first, payload_type, number, number * 960, SSRC)
    if extension:
        header += struct.pack("!HH", 0xBEDE, len(extension) // 4) + extension
    return header + payload


def long_level(identifier: int) -> bytes:
    """An audio level of two bytes, where RFC 6464 has one."""
    return bytes([identifier << 4 | 1, 0x7F, 0x7F, 0])


def endless_parameter(association: Association) -> bytes:
    """A HEARTBEAT with a parameter of length 0: whoever goes on by its length stays there."""
    return tagged(bytes(12) + b"\x04\x00\x00\x0c" + bytes(8), association.ours)


def long_gaps(association: Association) -> bytes:
    """A SACK of 1,148 bytes that says 18 million packets arrived."""
    private: Any = association.ours
    gaps = struct.pack("!HH", 1, 65_535) * 280
    numbers = (private._last_sacked_tsn, 1 << 20, 280, 0)
    chunk = struct.pack("!BBHIIHH", 3, 0, 16 + len(gaps), *numbers) + gaps
    return tagged(bytes(12) + chunk, association.ours)


async def sctp(packet: Callable[[Association], bytes], guarded: bool = False) -> str:
    """One packet to an association that stands; the CPU time that it takes."""
    association = Association(guarded)
    await association.connect()
    started = time.process_time()
    await association.deliver(packet(association))
    took = time.process_time() - started
    await association.close()
    return "stalled" if took > STALL_SECONDS else "survived"


async def check() -> str:
    """One datagram from the network, from anybody."""
    agent = Agent(guarded=False)
    try:
        agent.receive(SHORT_PRIORITY)
    except Exception as exc:
        return f"raised {type(exc).__name__}"
    return "survived"


async def descriptions() -> str:
    """Offers that real clients made, with one line cut short or lengthened."""
    raised = tried = 0
    for text in mutated_offers():
        tried += 1
        try:
            SessionDescription.parse(text)
        except ValueError:
            pass
        except Exception:  # of any other type
            raised += 1
    return f"raised {100 * raised // tried} percent" if raised else "survived"


def mutated_offers() -> list[str]:
    """Each line of each recorded offer, cut in the middle."""
    offers = []
    for file in sorted((SEEDS / "sdp").iterdir()):
        lines = file.read_text().splitlines()
        for at, line in enumerate(lines):
            cut = [*lines[:at], line[: len(line) // 2], *lines[at + 1 :]]
            offers.append("\r\n".join(cut) + "\r\n")
    return offers


async def audio(attack: Callable[[RTCPeerConnection], Sequence[bytes]]) -> str:
    """A call with one microphone: the attack, then speech, of which something must be heard."""
    async with call() as (theirs, ours, track):
        dtls: Any = theirs.getSenders()[0].transport
        for packet in attack(ours):
            await dtls._send_rtp(packet)
        speech = unpack((SEEDS / "opus" / "speech").read_bytes())
        heard = 0
        for number in range(GOOD):
            await dtls._send_rtp(rtp(100 + number, speech[number % len(speech)]))
            try:
                async with asyncio.timeout(0.02):
                    await track.recv()
                    heard += 1
            except TimeoutError:
                pass
            except Exception:  # the track has ended
                break
        receiving: Any = ours.getReceivers()[0].transport
        if receiving.state != "connected":
            return f"transport {receiving.state}"
        return "survived" if heard > GOOD // 4 else "deaf"


def empty_payload(ours: RTCPeerConnection) -> list[bytes]:
    return [rtp(number, EMPTY_PAYLOAD) for number in range(20)]


def extension(ours: RTCPeerConnection) -> list[bytes]:
    description = SessionDescription.parse(ours.localDescription.sdp)
    headers = description.media[0].rtp.headerExtensions
    level = next(h.id for h in headers if h.uri.endswith("ssrc-audio-level"))
    return [rtp(0, b"\xf8\xff\xfe", long_level(level))]


@asynccontextmanager
async def call() -> AsyncIterator[tuple[RTCPeerConnection, RTCPeerConnection, MediaStreamTrack]]:
    """Two stock peers, one of which sends sound as it likes, and the other's track of it."""
    configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
    theirs, ours = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    theirs.addTransceiver("audio", direction="sendonly")
    tracks: list[MediaStreamTrack] = []
    ours.on("track", tracks.append)
    await theirs.setLocalDescription()
    await ours.setRemoteDescription(_named(theirs.localDescription))
    await ours.setLocalDescription()
    await theirs.setRemoteDescription(ours.localDescription)
    await _connected(theirs)
    await _connected(ours)
    yield theirs, ours, tracks[0]
    await theirs.close()
    await ours.close()


async def _connected(pc: RTCPeerConnection) -> None:
    changed = asyncio.Event()
    pc.on("connectionstatechange", changed.set)
    while pc.connectionState != "connected":
        changed.clear()
        await changed.wait()


def _named(offer: RTCSessionDescription) -> RTCSessionDescription:
    """The offer with the source that :func:`rtp` sends from."""
    lines = [line for line in offer.sdp.splitlines() if not line.startswith("a=ssrc")]
    at = next(n for n, line in enumerate(lines) if line.startswith("a=mid"))
    lines.insert(at + 1, f"a=ssrc:{SSRC} cname:seed")
    return RTCSessionDescription(sdp="\r\n".join(lines) + "\r\n", type="offer")


CASES: dict[str, Callable[[], Awaitable[str]]] = {
    "endless-parameter": lambda: sctp(endless_parameter),
    "long-gaps": lambda: sctp(long_gaps),
    "short-priority": check,
    "descriptions": descriptions,
    "empty-payload": lambda: audio(empty_payload),
    "extension": lambda: audio(extension),
}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))

    async def run() -> str:
        return await CASES[sys.argv[1]]()

    sys.stdout.write(asyncio.run(run()))


if __name__ == "__main__":
    main()
