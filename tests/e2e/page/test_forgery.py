"""What a page does not believe, and what it sends: thousands of forgeries against consentry.js."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from consentry.signing import b64url
from tests.e2e.page.room import Room
from tests.e2e.page.test_reading import Device
from tests.forgeries import ME, Forgeries

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

TAKE_ALL = "(texts) => Promise.all(texts.map((text) => client.receive(text)))"
CHUNK = 500


async def refuses(page: Page, attempts: int, seed: int) -> None:
    """Of ``attempts`` forged messages none is taken; what was taken before stands."""
    device = Device(page)
    await device.start(ME)
    forgeries = Forgeries(device.key, seed)
    assert all(await page.evaluate(TAKE_ALL, forgeries.genuine))
    before = await device.captions()
    for start in range(0, attempts, CHUNK):
        texts = [forgeries.make() for _ in range(min(CHUNK, attempts - start))]
        assert not any(await page.evaluate(TAKE_ALL, texts))
    assert await device.captions() == before
    assert await page.evaluate("client.notice") is None
    refused = await device.refused()
    assert sum(refused.values()) == attempts
    assert {"unsigned", "forged", "replayed", "foreign"} <= refused.keys()


async def test_of_hundreds_of_forged_messages_a_page_takes_none(room: Room) -> None:
    await refuses(await room.page(), 600, seed=1)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_of_ten_thousand_forged_messages_a_page_takes_none(room: Room) -> None:
    await refuses(await room.page(), 10_000, seed=2)


async def test_a_bot_with_another_key_is_not_believed_whatever_it_says(room: Room) -> None:
    device, other = Device(await room.page()), Device(await room.page())
    await device.start(ME)
    forgeries = Forgeries(other.key, seed=3)
    texts = [*forgeries.genuine, *forgeries.overheard]
    assert not any(await device.page.evaluate(TAKE_ALL, texts))
    assert b64url(other.bot.public_key) != b64url(device.bot.public_key)
    assert await device.refused() == {"forged": len(texts)}
