"""A whole call as Jitsi's own Jicofo and videobridge held it, said to the cores again."""

from __future__ import annotations

import json
from dataclasses import replace

from consentry.connectors.jitsi.bridge_channel import BridgeChannel
from consentry.connectors.jitsi.happenings import Entered, Happening, Invited, Sourced
from consentry.connectors.jitsi.stanzas import Jid
from consentry.events import Medium

from .conversation import RECORDED, Conversation, visit


def heard(channel: str) -> list[str]:
    """What came by ``channel``, ``xmpp`` or ``bridge``."""
    lines = (RECORDED / "jicofo.jsonl").read_text(encoding="utf-8").splitlines()
    return [text for way, text in map(json.loads, lines) if way == f"{channel}<"]


def the_call() -> list[Happening]:
    conversation = Conversation(replace(visit(), room=Jid("conference.meet.test", "planning")))
    return conversation.says(*heard("xmpp"))


def test_jicofo_s_invitation_is_read() -> None:
    happened = the_call()
    assert any(isinstance(happening, Entered) for happening in happened)
    invited = next(happening for happening in happened if isinstance(happening, Invited))
    assert invited.socket is not None and invited.socket.startswith("ws://127.0.0.1:")
    assert {"m=audio", "m=video", "m=application"} <= {
        line.split(" ")[0] for line in invited.sdp.splitlines()
    }


def test_everybody_s_sources_are_told_apart() -> None:
    told = [happening for happening in the_call() if isinstance(happening, Sourced)]
    known = {(source.owner, source.name) for source in told[-1].sources}
    assert len({owner for owner, _ in known}) >= 2
    assert all(name.startswith(owner) for owner, name in known)
    assert {source.medium for each in told for source in each.sources} == {
        Medium.AUDIO,
        Medium.VIDEO,
    }


def test_the_bridge_s_words_are_read() -> None:
    channel = BridgeChannel()
    channel.opened()
    for text in heard("bridge"):
        channel.receive(text)
    assert channel.obeyed
