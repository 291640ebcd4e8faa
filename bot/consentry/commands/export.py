"""``consentry export``: a kept transcript in a format that other programs read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from consentry.errors import SetupError
from consentry.exports import Format
from consentry.exports import export as to_text
from consentry.transcript import read_transcript


def export(
    file: Annotated[Path, typer.Argument(help="A transcript that the storage plugin kept.")],
    to: Annotated[Format, typer.Option("--to", help="The format to write.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; without it, to the terminal.")
    ] = None,
) -> None:
    """Convert a transcript to subtitles, Markdown, JSON or a format for scoring."""
    text = to_text(read_transcript(file), to)
    if output is None:
        typer.echo(text.encode(), nl=False)  # UTF-8, whatever the terminal was set to
        return
    try:
        output.write_bytes(text.encode())
    except OSError as exc:
        raise SetupError(f"{output}: can't be written ({exc.strerror})") from None
