"""Runs one bench: ``python -m tests.bench summary --json``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.machine import machine
from tests.bench.page import write
from tests.bench.registry import Material, benches


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench named on the command line and print its measures; 0 when it ran."""
    known = benches()
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", choices=sorted(known), help="which bench")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--meetings", type=Path, help="a folder of meetings with ground truth")
    parser.add_argument("--captions", type=Path, help="a folder of captions, <meeting id>.json")
    parser.add_argument("--keep", type=Path, help="write what this run found to this folder")
    parser.add_argument("--model", choices=("base", "tiny.en"), default="base")
    parser.add_argument("--rounds", type=int, help="how often each is measured, or visited")
    parser.add_argument("--seconds", type=float, help="how long each round is measured")
    parser.add_argument("--only", nargs="*", default=(), help="of several, these alone")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    given = parser.parse_args(arguments)
    material = Material(
        given.meetings,
        given.captions,
        given.keep,
        given.model,
        given.rounds,
        given.seconds,
        tuple(given.only),
    )
    measures = dict(known[given.name].run(material))
    result = {"name": given.name, "measures": measures, "machine": machine()}
    if given.write:
        write(result)
        if (draw := known[given.name].draw) is not None:
            draw(measures)
    if given.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        _print(known[given.name].title, measures)
    return 0


def _print(title: str, measures: dict[str, float | int]) -> None:
    table = Table("measure", "value", title=title)
    for name, value in measures.items():
        table.add_row(name.replace("_", " "), f"{value:g}")
    Console().print(table)
    Console().print(", ".join(f"{name} {value}" for name, value in machine().items()))


if __name__ == "__main__":
    sys.exit(main())
