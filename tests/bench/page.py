"""Puts a bench's table into docs/benchmarks.md, between its two marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"


def write(result: Mapping[str, Any], page: Path = PAGE) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``."""
    name = result["name"]
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    text = page.read_text(encoding="utf-8")
    if not marks.search(text):
        raise ValueError(f"{page.name} has no marks for the bench {name!r}")
    table = _table(result)
    page.write_text(marks.sub(lambda m: m[1] + table + m[2], text), encoding="utf-8")


def _table(result: Mapping[str, Any]) -> str:
    rows = "".join(f"| `{key}` | {value:g} |\n" for key, value in result["measures"].items())
    on = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    return f"| measure | value |\n|---|---|\n{rows}\n{date.today().isoformat()}; {on}.\n"
