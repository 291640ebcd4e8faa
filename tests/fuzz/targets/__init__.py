"""The ways into the bot, by name."""

from __future__ import annotations

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    frames,
    galene,
    janus,
    jitsi,
    livekit,
    media_json,
    opus,
    receive,
    rtcp,
    rtp,
    sctp,
    sdp,
    stun,
    video,
)

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        *(module.TARGET for module in (frames, galene, janus, media_json, opus, receive)),
        *(module.TARGET for module in (livekit, rtcp, rtp, sctp, sdp, stun)),
        sdp.CANDIDATES,
        *video.TARGETS,
        *jitsi.TARGETS,
    )
}
