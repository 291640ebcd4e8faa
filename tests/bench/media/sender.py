"""The process that sends: a server's one connection with everybody's tracks on it.

Its packets are encoded beforehand and go straight into the connection's SRTP,
each at its time by the monotonic clock; what it costs is not measured.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from pathlib import Path
from typing import Any

import uvloop
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RtcpPsfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from tests.bench.media import material
from tests.bench.media.pipe import Fields, serve
from tests.bench.media.streams import (
    FIRST_AUDIO_SSRC,
    FIRST_VIDEO_SSRC,
    Header,
    Load,
    Stream,
    audio_streams,
    video_streams,
)

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900, where NTP starts to count, to 1970."""
LATE = 0.01
"""Seconds after its time at which a packet counts as late."""


class Sender:
    """Offers, and once it is answered and connected sends until it is stopped."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._pc = RTCPeerConnection(RTCConfiguration([], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self._streams: list[Stream] = []
        self._transceivers: list[RTCRtpTransceiver] = []
        self._lateness: list[float] = []
        self._unsent = 0

    async def offer(self) -> str:
        """A description of one connection with all tracks, each with its SSRC."""
        for kind, many in (("audio", self._load.audio), ("video", self._load.video)):
            capabilities = RTCRtpSender.getCapabilities(kind).codecs
            codecs = [c for c in capabilities if c.mimeType in ("audio/opus", "video/VP8")]
            for index in range(many):
                transceiver = self._pc.addTransceiver(kind, direction="sendonly")
                transceiver.setCodecPreferences(codecs)
                first = FIRST_AUDIO_SSRC if kind == "audio" else FIRST_VIDEO_SSRC
                self._take_over(transceiver, len(self._transceivers), first + index)
                self._transceivers.append(transceiver)
        await self._pc.setLocalDescription(await self._pc.createOffer())
        return str(self._pc.localDescription.sdp)

    async def connect(self, answer: str, file: Path) -> None:
        """Take the answer, and be ready to send what is in ``file``."""
        connected = asyncio.Event()
        self._pc.on("connectionstatechange", lambda: self._changed(connected))
        await self._pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        headers = [_header(transceiver) for transceiver in self._transceivers]
        sources = material.load(file)
        audio, video = headers[: self._load.audio], headers[self._load.audio :]
        self._streams += audio_streams(self._load, sources, audio)
        self._streams += video_streams(sources, video)
        async with asyncio.timeout(30):
            await connected.wait()

    async def run(self) -> None:
        """Send; the tracks are out of step with each other, as people's devices are."""
        transport = self._transceivers[0].sender.transport
        phase = random.Random(7)
        start = time.monotonic() + 0.05
        waiting = [(start + phase.random() * s.period, i) for i, s in enumerate(self._streams)]
        reports_at = start + 1.0
        heapq.heapify(waiting)
        while True:
            due, index = waiting[0]
            now = time.monotonic()
            await asyncio.sleep(max(0.0, due - now))
            if due > now:
                continue
            stream = self._streams[index]
            for packet in stream.packets():
                await self._send(transport, packet, now - due)
            stream.sent.at = due
            heapq.heapreplace(waiting, (due + stream.period, index))
            if now >= reports_at:
                reports_at += 1.0
                for each in self._streams:
                    await self._send(transport, _report(each), 0.0)

    def key_frames(self) -> None:
        """Let each camera go on with a key frame."""
        for stream in self._streams:
            stream.key_frame()

    def report(self) -> Fields:
        """How well it kept its times since the last report."""
        lateness, self._lateness = sorted(self._lateness), []
        unsent, self._unsent = self._unsent, 0
        return {
            "sent": len(lateness),
            "unsent": unsent,
            "late": sum(each > LATE for each in lateness),
            "p99_lateness_ms": 1000 * lateness[len(lateness) * 99 // 100] if lateness else 0.0,
        }

    async def close(self) -> None:
        await self._pc.close()

    async def _send(self, transport: Any, packet: bytes, lateness: float) -> None:
        try:
            await transport._send_rtp(packet)
        except ConnectionError:
            self._unsent += 1
        else:
            self._lateness.append(lateness)

    def _take_over(self, transceiver: RTCRtpTransceiver, index: int, ssrc: int) -> None:
        """Send in place of aiortc's sender, which would encode; it only hands over RTCP."""
        sender: Any = transceiver.sender
        sender._ssrc = ssrc

        async def send(parameters: Any) -> None:
            sender.transport._register_rtp_sender(sender, parameters)

        async def hear(packet: object) -> None:
            if isinstance(packet, RtcpPsfbPacket) and packet.fmt in (RTCP_PSFB_PLI, RTCP_PSFB_FIR):
                self._streams[index].key_frame()

        sender.send = send
        sender._handle_rtcp_packet = hear

    def _changed(self, connected: asyncio.Event) -> None:
        if self._pc.connectionState == "connected":
            connected.set()


def _header(transceiver: RTCRtpTransceiver) -> Header:
    sender: Any = transceiver.sender
    negotiated: Any = transceiver
    level = next((e.id for e in negotiated._headerExtensions if e.uri == LEVEL), 0)
    return Header(sender._ssrc, negotiated._codecs[0].payloadType, level)


def _report(stream: Stream) -> bytes:
    sent, ssrc = stream.sent, stream.header.ssrc
    at = NTP_EPOCH + time.time() - (time.monotonic() - sent.at)
    info = RtcpSenderInfo(
        ntp_timestamp=int(at) << 32 | int(at % 1 * 2**32),
        rtp_timestamp=sent.timestamp & 0xFFFFFFFF,
        packet_count=sent.packets & 0xFFFFFFFF,
        octet_count=sent.octets & 0xFFFFFFFF,
    )
    names = RtcpSdesPacket([RtcpSourceInfo(ssrc, [(1, f"{ssrc:x}".encode())])])
    return bytes(RtcpSrPacket(ssrc, info)) + bytes(names)


async def main() -> None:
    """Serve the requests of the bench until stdin is closed."""
    async with asyncio.TaskGroup() as tasks:
        senders: list[Sender] = []
        running: list[asyncio.Task[None]] = []

        async def reply(request: Fields) -> Fields:
            match request["do"]:
                case "offer":
                    senders.append(Sender(Load(**request["load"])))
                    return {"sdp": await senders[0].offer()}
                case "connect":
                    await senders[0].connect(request["sdp"], Path(request["material"]))
                case "start":
                    running.append(tasks.create_task(senders[0].run()))
                case "key_frames":
                    senders[0].key_frames()
                case "report":
                    return senders[0].report()
            return {}

        await serve(reply)
        for task in running:
            task.cancel()
        for sender in senders:
            await sender.close()


if __name__ == "__main__":
    uvloop.run(main())
