"""A face at the kiosk: accepted before the camera, refused on paper, never looked at unasked."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from consentry.engines.face.loading import FaceSpec, engine_name
from consentry.people.faces import Made
from tests.bench.checkin.films import Film, embedding
from tests.e2e.page import accessibility
from tests.e2e.page.filmed_camera import filming
from tests.e2e.page.kiosk import PIN, Door, Tablet, open_door
from tests.e2e.steps import Path as Way

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

JPEG = bytes.fromhex("ffd8ffe0")
"""How a picture of the camera begins (ISO/IEC 10918-5)."""

ENROLLED = "obama"
"""Photo of the one who calls herself Ana here; the camera sees another photo of the same face."""


SLOW_CAMERA = """() => { navigator.mediaDevices.getUserMedia = async () => {
  const stream = new MediaStream([new MediaStreamTrackGenerator({ kind: "video" })]);
  window.cameras.push(stream);
  return stream;
}; }"""
"""Is on, and has no picture yet: so nothing goes on while a test looks at the page."""


@pytest_asyncio.fixture(loop_scope="session")
async def door(browser: Browser, tmp_path: Path) -> AsyncIterator[Door]:
    async with AsyncExitStack() as stack:
        yield await open_door(tmp_path, browser, stack)


def written_in(folder: Path) -> list[bytes]:
    """All that is on the disk."""
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


async def with_a_face(door: Door) -> Tablet:
    """Ana has a passkey, and a template that it opens."""
    tablet = await door.tablet()
    await tablet.passkey()
    made = Made(embedding(ENROLLED), engine_name(FaceSpec()))
    assert await door.enrollment.people.put_face(door.ana.person.id, made)
    return tablet


async def at_the_camera(door: Door) -> Tablet:
    """She chose her meeting and her face."""
    tablet = await with_a_face(door)
    await tablet.chooses()
    await tablet.page.get_by_role("button", name="Use my face").click()
    await expect(tablet.page.get_by_label("Your PIN")).to_be_hidden()  # it opens no template
    return tablet


async def test_a_face_that_does_as_asked_is_welcomed_and_nothing_is_left(
    door: Door, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tablet = await at_the_camera(door)
    page = tablet.page
    async with filming(page, Film("genuine", ENROLLED, 3).scene()) as film:
        tablet.hearing.append(film.hear)
        assert await page.evaluate("window.cameras.length") == 0
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.get_by_label("Your camera")).to_be_visible()
        welcome = page.get_by_role("heading", name="Welcome, Ana")
        await expect(welcome).to_be_focused(timeout=30_000)
        assert not await page.evaluate("window.isFilming()")
    await accessibility.check(page)
    assert door.enrollment.desk.unlocked_now() == []
    assert not any(JPEG in content or b"Ana" in content for content in written_in(tmp_path))
    assert "Ana" not in caplog.text


async def test_a_photo_is_asked_for_its_code_and_told_no_reason(door: Door) -> None:
    tablet = await at_the_camera(door)
    page = tablet.page
    async with filming(page, Film("print", ENROLLED, 1).scene()) as film:
        tablet.hearing.append(film.hear)
        await page.get_by_role("button", name="Use a passkey").click()
        await expect(page.get_by_label("Your camera")).to_be_visible()
        said = page.get_by_role("status").filter(visible=True)
        await expect(said).to_have_text("Please use your code.", timeout=30_000)
        assert not await page.evaluate("window.isFilming()")
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_role("heading", name="Welcome, Ana")).to_be_focused(timeout=30_000)


async def test_whoever_would_rather_not_gets_the_camera_off_and_the_codes_back(door: Door) -> None:
    tablet = await at_the_camera(door)
    page = tablet.page
    await page.evaluate(SLOW_CAMERA)
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_label("Your camera")).to_be_visible()
    await page.wait_for_function("window.isFilming()")
    await accessibility.check(page)
    await page.get_by_role("button", name="Use my code instead").click()
    await expect(page.get_by_label("Your PIN")).to_be_visible()
    assert not await page.evaluate("window.isFilming()")
    assert door.enrollment.desk.unlocked_now() == []


async def test_without_a_camera_there_is_the_code(door: Door) -> None:
    tablet = await at_the_camera(door)
    page = tablet.page
    refused = "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error()); }"
    await page.evaluate(refused)
    await page.get_by_role("button", name="Use a passkey").click()
    said = page.get_by_role("status").filter(visible=True)
    await expect(said).to_have_text("The camera can’t be used. Please use your code.")
    await expect(page.get_by_label("Your PIN")).to_be_visible()


async def by_code(tablet: Tablet) -> Way:
    """With her number and PIN, from the first touch to the welcome."""
    async with tablet.steps.path() as path:
        await tablet.chooses()
        await tablet.types(tablet.door.ana.number)
        await tablet.types(PIN)
        await tablet.page.get_by_role("button", name="Check in", exact=True).click()
        await tablet.page.get_by_role("heading", name="Welcome, Ana").wait_for()
    await tablet.page.get_by_role("button", name="Done").click()
    return path


async def by_passkey(tablet: Tablet) -> Way:
    async with tablet.steps.path() as path:
        await tablet.chooses()
        await tablet.page.get_by_role("button", name="Use a passkey").click()
        await tablet.page.get_by_role("heading", name="Welcome, Ana").wait_for()
    await tablet.page.get_by_role("button", name="Done").click()
    return path


async def by_face(tablet: Tablet) -> Way:
    """Her passkey opens her template; then she does what she is asked."""
    page = tablet.page
    async with filming(page, Film("genuine", ENROLLED, 3).scene()) as film:
        tablet.hearing.append(film.hear)
        async with tablet.steps.path() as path:
            tablet.hearing.append(lambda frame: _follows(path, frame))
            await tablet.chooses()
            await page.get_by_role("button", name="Use my face").click()
            await page.get_by_role("button", name="Use a passkey").click()
            # Or the code, on a machine that is too busy to look: sooner than by a face in any case.
            verdict = re.compile("Welcome, Ana|Please use your code.")
            await page.get_by_text(verdict).filter(visible=True).first.wait_for(timeout=30_000)
    return path


def _follows(path: Way, frame: dict[str, Any]) -> None:
    if frame["type"] == "prompt":
        path.did(f"follows {frame['kind']}")


async def test_codes_take_no_more_steps_and_no_more_time_than_a_face(door: Door) -> None:
    tablet = await with_a_face(door)
    code, passkey, face = await by_code(tablet), await by_passkey(tablet), await by_face(tablet)
    acts = [step.split()[0] for step in code.steps]
    assert acts == ["presses", "fills", "fills", "presses"], code.steps
    assert len(code.steps) <= len(face.steps) and code.seconds <= face.seconds
    assert len(passkey.steps) <= len(face.steps) and passkey.seconds <= face.seconds
