"""The page of figures has a place for every bench."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.page import PAGE, write
from tests.bench.registry import benches


@pytest.mark.parametrize("name", sorted(benches()))
def test_every_bench_has_its_place_in_the_docs(name: str, tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    write({"name": name, "measures": {"figure": 1.5}, "machine": {"cores": 2}}, page)
    assert "| `figure` | 1.5 |" in page.read_text(encoding="utf-8")
