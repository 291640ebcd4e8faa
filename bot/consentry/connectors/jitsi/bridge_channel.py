"""What the bot and the bridge say to each other besides media: Jitsi's colibri messages.

The bridge sends everybody's sound to a client that says nothing. So the first word on every
channel is "none", and what follows names the sources of those who agreed, and no others.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from consentry.connectors.jitsi.json_object import read_json
from consentry.errors import SignalingError

LABEL = "JVB data channel"
"""The client opens it; the bridge waits for that."""

MAX_CHARACTERS = 64 * 1024
"""Of one message."""


@dataclass(frozen=True, slots=True)
class EndpointSaid:
    """An endpoint said something to the bot; ``sender`` is as the bridge asserts it."""

    sender: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dominant:
    """Who speaks most now, as the bridge measures it."""

    endpoint: str


BridgeHappening = EndpointSaid | Dominant


class BridgeChannel:
    """The bot's end, over one channel after the other. Nothing is wanted at first."""

    def __init__(self) -> None:
        self._audio: tuple[str, ...] = ()
        self._video: dict[str, int] = {}
        """Names of cameras, in order, and how many lines each may have."""
        self._open = False
        self._hellos = 0
        self._output: deque[str] = deque()

    @property
    def open(self) -> bool:
        return self._open

    @property
    def obeyed(self) -> bool:
        """Whether the bridge has read what it was told first, over a WebSocket: it says hello as
        that opens, and again in answer to the bot's, which comes after the first "none"."""
        return self._hellos > 1

    def opened(self) -> None:
        """A new channel stands: nothing is to come before that is said, then what is wanted."""
        self._open = True
        self._hellos = 0
        self._output.clear()
        self._subscribe(())
        self._constrain({})
        self._say({"colibriClass": "ClientHello"})
        if self._audio:
            self._subscribe(self._audio)
        if self._video:
            self._constrain(self._video)

    def closed(self) -> None:
        """The channel is gone; what is wanted is said on the next one."""
        self._open = False
        self._output.clear()

    def want(self, audio: Collection[str], video: Mapping[str, int]) -> None:
        """Have these sources sent, by name, and no others; pictures with so many lines at most."""
        sound = tuple(sorted(audio))
        pictures = {name: video[name] for name in sorted(video)}
        if sound != self._audio:
            self._audio = sound
            self._subscribe(self._audio)
        if pictures != self._video:
            self._video = pictures
            self._constrain(self._video)

    def tell(self, endpoint: str, payload: dict[str, Any]) -> bool:
        """Say something to one endpoint, or to all if it is empty; false if nothing is open."""
        if self._open:
            self._say({"colibriClass": "EndpointMessage", "to": endpoint, "msgPayload": payload})
        return self._open

    def data_to_send(self) -> list[str]:
        """What has to go out now, in order; each is returned once."""
        output = list(self._output)
        self._output.clear()
        return output

    def receive(self, text: str | bytes) -> list[BridgeHappening]:
        """One message came; kinds that say nothing to a bot are passed over.

        SignalingError if it is none.
        """
        if isinstance(text, bytes) or len(text) > MAX_CHARACTERS:
            raise SignalingError(f"a bridge's message may have {MAX_CHARACTERS} characters")
        message = read_json(text)
        match message:
            case {"colibriClass": "ServerHello"}:
                self._hellos += 1
                return []
            case {"colibriClass": "EndpointMessage", "from": str(sender), "msgPayload": dict(said)}:
                return [EndpointSaid(sender, said)]
            case {
                "colibriClass": "DominantSpeakerEndpointChangeEvent",
                "dominantSpeakerEndpoint": str(endpoint),
            }:
                return [Dominant(endpoint)]
            case {"colibriClass": str()}:
                return []
            case _:
                raise SignalingError("a bridge's message of no class")

    def _subscribe(self, names: tuple[str, ...]) -> None:
        """In both of the bridge's forms: one that does not know a form passes it over."""
        form = "ReceiverAudioSubscription"
        old: dict[str, Any] = {"mode": "Include", "list": names} if names else {"mode": "None"}
        self._say({"colibriClass": form} | old)
        self._say({"colibriClass": form, "all": False, "include": names, "exclude": ()})

    def _constrain(self, heights: Mapping[str, int]) -> None:
        self._say(
            {
                "colibriClass": "ReceiverVideoConstraints",
                "lastN": len(heights),
                "selectedSources": [*heights],
                "onStageSources": (),
                "defaultConstraints": {"maxHeight": 0},
                "constraints": {name: {"maxHeight": lines} for name, lines in heights.items()},
            }
        )

    def _say(self, message: dict[str, Any]) -> None:
        if self._open:
            self._output.append(json.dumps(message, separators=(",", ":")))
