"""The video codecs that can be received, by the names they have in SDP."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from consentry.rtc.video.av1 import Av1Depacketizer
from consentry.rtc.video.h264 import H264Depacketizer
from consentry.rtc.video.piece import Depacketizer
from consentry.rtc.video.vp8 import Vp8Depacketizer
from consentry.rtc.video.vp9 import Vp9Depacketizer


class VideoCodec(StrEnum):
    """Lower-case encoding names (RFC 7741, 6184, 9628; AV1 by AOMedia)."""

    VP8 = "vp8"
    H264 = "h264"
    VP9 = "vp9"
    AV1 = "av1"


def depacketizer(codec: VideoCodec) -> Depacketizer:
    """A new one, for one stream."""
    match codec:
        case VideoCodec.VP8:
            return Vp8Depacketizer()
        case VideoCodec.H264:
            return H264Depacketizer()
        case VideoCodec.VP9:
            return Vp9Depacketizer()
        case VideoCodec.AV1:
            return Av1Depacketizer()
        case _:
            assert_never(codec)
