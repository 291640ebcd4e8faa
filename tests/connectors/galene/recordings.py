"""What a real Galene 1.1 said, recorded by :mod:`tests.connectors.galene.record`."""

from __future__ import annotations

from pathlib import Path

from consentry.connectors.galene.happenings import GroupHappening
from consentry.connectors.galene.signaling import Credentials, GroupClient

FOLDER = Path(__file__).parent / "recorded"
BOT, SAM, OLGA, EARLY = "b" * 32, "a" * 32, "f" * 32, "e" * 32


def lines(name: str) -> list[str]:
    return (FOLDER / f"{name}.jsonl").read_text().splitlines()


def client() -> GroupClient:
    """The bot, asking to come in."""
    who = GroupClient(BOT, Credentials("planning", "Consentry", "the-bot-may-enter"))
    who.join()
    return who


def joined() -> GroupClient:
    """The bot in the group, with Early, Sam and Olga there; nothing to send."""
    who = client()
    hear(who, lines("call")[:7])
    who.data_to_send()
    return who


def hear(who: GroupClient, said: list[str]) -> list[GroupHappening]:
    return [happening for line in said for happening in who.receive(line)]
