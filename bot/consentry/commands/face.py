"""``consentry face``: how well an engine tells people apart, measured on photos of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config
from consentry.config.sections import Config
from consentry.errors import SetupError

app = typer.Typer(
    name="face",
    help="The engine of check-in by face.",
    no_args_is_help=True,
)


@app.callback()
def face() -> None:
    """The engine of check-in by face."""


@app.command()
def evaluate(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="DIR/<person>/<photo>, DIR/attacks/<kind>/[<species>/]<video>."
        ),
    ],
    config: ConfigOption = DEFAULT_PATH,
    fmr: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="The false match rate to find a threshold for.")
    ] = 0.001,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    plot: Annotated[Path | None, typer.Option(help="Write a DET plot to this file (SVG).")] = None,
) -> None:
    """Measure the configured engine: FMR, FNMR, APCER and BPCER, each with its bounds at 95 %, or
    "not established". Nothing is kept or sent, and nobody is named."""
    from consentry.engines.face.loading import spec_of
    from consentry.evaluation import report
    from consentry.evaluation.measuring import measure
    from consentry.evaluation.samples import find

    samples = find(folder)
    checked = load_config(config) if config.exists() or config != DEFAULT_PATH else Config()
    measured = measure(spec_of(checked.face), samples)
    if as_json:
        typer.echo(json.dumps(report.as_json(measured, fmr), indent=2))
    else:
        for line in report.lines(measured, fmr):
            typer.echo(line)
    if plot is not None:
        _draw(plot, measured.comparisons.trade_off(), measured.engine)


def _draw(path: Path, points: list[tuple[float, float]], engine: str) -> None:
    from consentry.evaluation.det_plot import det_plot

    if not points:
        raise SetupError("a DET plot takes two photos of one person, and one of another")
    try:
        path.write_text(det_plot(points, f"DET, {engine}"), encoding="utf-8")
    except OSError as exc:
        raise SetupError(f"{path}: can't be written ({exc.strerror})") from None
