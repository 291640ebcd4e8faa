"""Encoded video on its way to one viewer: packets, retransmissions, reports, key frames."""

from __future__ import annotations

import secrets
import struct
from collections import OrderedDict
from collections.abc import Callable

from consentry.rate_limit import RateLimit
from consentry.rtc import rtcp
from consentry.rtc.rtp import SEQUENCE_MODULUS, TIMESTAMP_MODULUS
from consentry.rtc.send.vp8_encoder import VIDEO_RATE, EncodedFrame
from consentry.rtc.send.vp8_packetizer import PICTURE_ID_MODULUS, packetize

HISTORY = 256
"""Packets kept for whoever asks for them again: several key frames."""

RETRANSMISSIONS_PER_SECOND = 100.0
KEY_FRAME_ARRIVES = 0.4
"""Seconds in which a key frame that was just sent may still arrive: a request is then no new
one."""


class VideoSender:
    """One viewer's stream: a source and a count of its own, frames that all viewers share.

    A viewer who has no key frame gets nothing until one is encoded; :attr:`needs_key_frame` says
    so. ``send`` takes a packet of RTP or RTCP before encryption. Times are seconds of the call.
    """

    def __init__(
        self, ssrc: int, payload_type: int, send: Callable[[bytes], None], cname: str = "consentry"
    ) -> None:
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.needs_key_frame = True
        self._send = send
        self._cname = cname
        # In the lower half: a wrap soon after the start would confuse the receiver's SRTP
        # (RFC 3711 section 3.3.1).
        self._sequence_number = secrets.randbelow(SEQUENCE_MODULUS // 2)
        self._picture_id = secrets.randbelow(PICTURE_ID_MODULUS)
        self._offset = secrets.randbits(32)
        self._history: OrderedDict[int, bytes] = OrderedDict()
        self._limit = RateLimit(RETRANSMISSIONS_PER_SECOND, RETRANSMISSIONS_PER_SECOND, 0.0)
        self._key_frame_at = float("-inf")
        self._packets = self._octets = 0

    def send(self, frame: EncodedFrame, now: float) -> None:
        """Send ``frame``, unless this viewer could not decode it."""
        if frame.key_frame:
            self.needs_key_frame, self._key_frame_at = False, now
        elif self.needs_key_frame and self._key_frame_at == float("-inf"):
            return
        payloads = packetize(frame.data, self._picture_id)
        self._picture_id = (self._picture_id + 1) % PICTURE_ID_MODULUS
        timestamp = (frame.timestamp + self._offset) % TIMESTAMP_MODULUS
        for payload in payloads[:-1]:
            self._packet(payload, timestamp, marker=False)
        self._packet(payloads[-1], timestamp, marker=True)

    def hear(self, packet: rtcp.Rtcp, now: float) -> None:
        """What the viewer says of this stream; all else is passed over."""
        match packet:
            case rtcp.Nack(source=self.ssrc, lost=lost):
                for number in lost:
                    self._again(number, now)
            case rtcp.KeyFrameRequest(source=self.ssrc):
                if now - self._key_frame_at > KEY_FRAME_ARRIVES:
                    self.needs_key_frame = True

    def report(self, now: float) -> None:
        """Send a sender report; once a second or so while there is something to report."""
        if not self._packets:
            return
        timestamp = round(now * VIDEO_RATE) + self._offset
        report = rtcp.SenderReport(
            self.ssrc, now, timestamp % TIMESTAMP_MODULUS, self._packets, self._octets
        )
        self._send(rtcp.sender_report(report) + rtcp.source_description(self.ssrc, self._cname))

    def _packet(self, payload: bytes, timestamp: int, *, marker: bool) -> None:
        number = self._sequence_number
        self._sequence_number = (number + 1) % SEQUENCE_MODULUS
        second = self.payload_type | (0x80 if marker else 0)
        header = struct.pack("!BBHII", 0x80, second, number, timestamp, self.ssrc)
        self._history[number] = packet = header + payload
        if len(self._history) > HISTORY:
            self._history.popitem(last=False)
        self._packets += 1
        self._octets += len(payload)
        self._send(packet)

    def _again(self, number: int, now: float) -> None:
        packet = self._history.get(number)
        if packet is not None and self._limit.allows(now):
            self._send(packet)
