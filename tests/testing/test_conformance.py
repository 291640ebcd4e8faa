"""The suite for connectors passes one that keeps the contract, and names each broken rule."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, Self

import pytest

from consentry.connectors.driver import Connector, Ended, Happening, Setting, Subscription
from consentry.connectors.stack import Invitation, Stack
from consentry.connectors.stacks import GROUP, load_stack
from consentry.consent.erasure import Remains
from consentry.errors import EndReason
from consentry.events import AudioFrame, Joined, Left, Medium, Participant, Role
from consentry.messages import Caption, Message, Notice
from consentry.testing.conformance import check_call
from tests.venues.parlor import parlor_venue

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
PATIENCE = 0.2
"""Nobody here waits for a browser."""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def parlor(monkeypatch: pytest.MonkeyPatch) -> type[Stack]:
    """The stack that docs/connectors.md shows, found as an installed one is."""
    monkeypatch.syspath_prepend(EXAMPLES)
    return load_stack("parlor", [EntryPoint("parlor", "consentry_parlor", GROUP)])


async def test_the_connector_that_the_documentation_shows_passes(parlor: type[Stack]) -> None:
    async with parlor_venue(parlor) as venue:
        report = await check_call(venue)
    assert report.left_out == {}
    assert report.seconds["reconnect"] < 10.0


Took = Callable[[Happening], Happening | None]
Sent = Callable[[Message], Message | None]


@dataclass(frozen=True)
class Fault:
    """What a connector gets wrong: it changes, or leaves out, what passes it."""

    happening: Took = lambda happening: happening
    send: Sent = lambda message: message
    want: Callable[[Subscription], Subscription] = lambda subscription: subscription
    leaves: bool = False
    """A task, when the call is over."""


class Faulty:
    """A connector around a good one, with a fault."""

    def __init__(self, connector: Connector, fault: Fault) -> None:
        self._connector = connector
        self._fault = fault

    async def __aenter__(self) -> Self:
        if self._fault.leaves:
            asyncio.create_task(asyncio.sleep(60), name="forgotten")
        await self._connector.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._connector.__aexit__(*exc)

    async def happenings(self) -> AsyncIterator[Happening]:
        async for happening in self._connector.happenings():
            if (changed := self._fault.happening(happening)) is not None:
                yield changed

    async def send(self, message: Message) -> None:
        if (changed := self._fault.send(message)) is not None:
            await self._connector.send(changed)

    def remains(self, person: str) -> frozenset[Remains]:
        return self._connector.remains(person)

    async def want(self, subscription: Subscription) -> None:
        await self._connector.want(self._fault.want(subscription))


def with_fault(stack: type[Stack], fault: Fault) -> type[Stack]:
    class Broken(stack):  # type: ignore[misc, valid-type]
        @classmethod
        def connector(cls, invitation: Invitation, options: Any, setting: Setting) -> Connector:
            return Faulty(stack.connector(invitation, options, setting), fault)

    return Broken


def mixes_people_up() -> Took:
    people: dict[str, Participant] = {}
    other = {"Mia": "Sam", "Sam": "Mia"}

    def changed(happening: Happening) -> Happening:
        match happening:
            case Joined(participant=who):
                people[who.name] = who
            case AudioFrame(participant=who) if who.name in other:
                return replace(happening, participant=people[other[who.name]])
        return happening

    return changed


def knows_no_roles(happening: Happening) -> Happening:
    if isinstance(happening, Joined):
        who = replace(happening.participant, role=Role.UNKNOWN)
        return replace(happening, participant=who)
    return happening


def goes_on_listening(subscription: Subscription) -> Subscription:
    return replace(subscription, media=frozenset({Medium.AUDIO}))


def tells_nobody(message: Message) -> Message | None:
    return None if isinstance(message.body, Notice) else message


def names_nobody(message: Message) -> Message:
    if isinstance(message.body, Caption):
        return replace(message, body=message.body.model_copy(update={"name": "Somebody"}))
    return message


def says_no_left(happening: Happening) -> Happening | None:
    return None if isinstance(happening, Left) else happening


def takes_a_kick_for_a_loss(happening: Happening) -> Happening:
    return Ended(EndReason.LOST) if isinstance(happening, Ended) else happening


async def hold(stack: type[Stack], fault: Fault) -> None:
    async with parlor_venue(with_fault(stack, fault)) as venue:
        await check_call(venue, patience=PATIENCE)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Fault(happening=mixes_people_up()), "gave somebody's sound to somebody else"),
        (Fault(happening=knows_no_roles), r"Joined with Role\.GUEST"),
        (Fault(want=goes_on_listening), "no frame of Sam's comes once want"),
        (Fault(send=tells_nobody), "the notice reaches Mia"),
        (Fault(send=names_nobody), "sees a caption of .* under that name"),
    ],
    ids=["mixes_up", "no_roles", "goes_on_listening", "no_notice", "no_names"],
)
async def test_each_broken_rule_is_named(parlor: type[Stack], fault: Fault, rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        await hold(parlor, fault)


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (Fault(happening=says_no_left), "says Left when Olga hangs up"),
        (Fault(happening=takes_a_kick_for_a_loss), r"said Ended\(LOST\), and it was KICKED"),
        (Fault(leaves=True), "left tasks when the call was over.*forgotten"),
    ],
    ids=["no_left", "wrong_reason", "leaves_a_task"],
)
async def test_each_rule_broken_late_is_named(parlor: type[Stack], fault: Fault, rule: str) -> None:
    with pytest.raises(AssertionError, match=rule):
        await hold(parlor, fault)
