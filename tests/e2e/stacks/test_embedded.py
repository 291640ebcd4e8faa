"""consentry.js in the stacks' own clients, against their real servers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.stacks.embedded import check_embedded
from tests.venues.galene import galene_venue

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(200)]

GALENE = """
async (base) => {
  const { GaleneCarrier } = await import(`${base}/consentry/carriers/galene.js`);
  return new GaleneCarrier(serverConnection);
}
"""


async def test_consentry_js_in_galene(tmp_path: Path) -> None:
    async with galene_venue(tmp_path) as venue:
        await check_embedded(venue, GALENE)
