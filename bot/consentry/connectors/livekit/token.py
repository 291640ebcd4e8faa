"""The token that lets the bot into a room: made from a server's key, or given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from pydantic import SecretStr

LIFETIME = 600
"""Seconds in which a token lets in; the server renews it for whoever is in the room."""

SKEW = 60
"""Seconds that the clocks of server and bot may be apart."""

MakesToken = Callable[[], str]
"""Called for each try to join."""


def given(token: SecretStr) -> MakesToken:
    """The token that the invitation brought."""
    return token.get_secret_value


@dataclass(frozen=True, slots=True)
class Minted:
    """Tokens of one bot in one room, each good for one try."""

    api_key: str
    api_secret: SecretStr
    room: str
    identity: str
    name: str

    def token(self) -> str:
        """A new one. The bot is an agent, which may caption in the name of others; it can publish
        data and no media, and can't change what the server says of it."""
        now = int(time.time())
        claims = {
            "iss": self.api_key,
            "sub": self.identity,
            "name": self.name,
            "kind": "agent",
            "nbf": now - SKEW,
            "exp": now + LIFETIME,
            "video": {
                "room": self.room,
                "roomJoin": True,
                "canPublish": False,
                "canPublishData": True,
                "canSubscribe": True,
                "canUpdateOwnMetadata": False,
            },
        }
        return jwt.encode(claims, self.api_secret.get_secret_value(), "HS256")
