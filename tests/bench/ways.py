"""The ways to check in, side by side: what a person does for each, how long it takes, and what a
PIN takes whosever it is.

In Chromium, with the default engine: in a room's page and at the kiosk. The person is a program,
which presses and types without a thought: what is timed is the rest.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import async_playwright

from consentry.people.claims import PinClaim
from consentry.people.pin import MAX_WRONG
from tests.e2e.page.browser import FLAGS
from tests.e2e.page.kiosk import open_door
from tests.e2e.page.test_kiosk_face import by_code, by_face, with_a_face
from tests.e2e.steps import Path as Way
from tests.e2e.test_check_in import a_call, by_code_and_by_face
from tests.people.register import PIN, Register, register_in
from tests.requirements import need

ROUNDS = 3
PINS = 40
"""Of each kind."""

Measures = dict[str, float | int]


def measure(rounds: int | None) -> Measures:
    """``rounds`` of each way in each place, and their medians; and the time of a PIN, as a ratio
    to that of a wrong one."""
    return asyncio.run(_measure(rounds or ROUNDS))


async def _measure(rounds: int) -> Measures:
    room, kiosk = [await _room() for _ in range(rounds)], [await _kiosk() for _ in range(rounds)]
    return {**_figures("", room), **_figures("kiosk_", kiosk), **await _pins()}


async def _room() -> tuple[Way, Way]:
    with tempfile.TemporaryDirectory() as folder:
        async with a_call(Path(folder)) as call:
            return await by_code_and_by_face(call)


async def _kiosk() -> tuple[Way, Way]:
    with tempfile.TemporaryDirectory() as folder:
        async with async_playwright() as playwright, AsyncExitStack() as stack:
            chromium = need("chromium")
            browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            stack.push_async_callback(browser.close)
            tablet = await with_a_face(await open_door(Path(folder), browser, stack))
            return await by_code(tablet), await by_face(tablet)


def _figures(place: str, ways: Sequence[tuple[Way, Way]]) -> Measures:
    found: Measures = {}
    for name, each in zip(("code", "face"), zip(*ways, strict=True), strict=True):
        found[f"{place}{name}_steps"] = int(statistics.median(len(way.steps) for way in each))
        found[f"{place}{name}_s"] = round(statistics.median(way.seconds for way in each), 2)
    return found


async def _pins() -> Measures:
    """Time of the processor that a claim takes."""
    with tempfile.TemporaryDirectory() as folder:
        async with register_in(Path(folder)) as register:
            ana, eve = await register.enrolled(), await register.enrolled("Eve")
            await register.guessed(eve.number, MAX_WRONG)
            claims = {
                "wrong": PinClaim(ana.number, "000000"),
                "right": PinClaim(ana.number, PIN),
                "unknown": PinClaim("11111111", "000000"),
                "off": PinClaim(eve.number, PIN),
            }
            took = await _timed(register, claims)
            wrong = statistics.median(took["wrong"])
            ratios = {name: statistics.median(each) / wrong for name, each in took.items()}
            return {f"pin_{name}_vs_wrong": round(ratios[name], 3) for name in list(claims)[1:]}


async def _timed(register: Register, claims: Mapping[str, PinClaim]) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {name: [] for name in claims}
    for _ in range(PINS):
        for name, claim in claims.items():
            began = time.process_time()
            await register.desk.claim(claim)
            took[name].append(time.process_time() - began)
            await register.people.forget_tries(claim.handle)
    return took
