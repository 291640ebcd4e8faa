"""A face at the kiosk: accepted before the camera, refused on paper, never looked at unasked."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from consentry.engines.face.loading import FaceSpec, engine_name
from consentry.people.faces import Made
from tests.bench.checkin.films import Film, embedding
from tests.e2e.page import accessibility
from tests.e2e.page.filmed_camera import filming
from tests.e2e.page.kiosk import Door, Tablet, open_door

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


async def at_the_camera(door: Door) -> Tablet:
    """Ana chose her meeting and her face; she has a passkey and a template that it opens."""
    tablet = await door.tablet()
    await tablet.passkey()
    made = Made(embedding(ENROLLED), engine_name(FaceSpec()))
    assert await door.enrollment.people.put_face(door.ana.person.id, made)
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
