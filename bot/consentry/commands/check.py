"""``consentry check``: is the configuration right, and what would run?"""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from consentry.commands.feeds import check_feeds
from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config, make_plugins
from consentry.config.schema import config_schema
from consentry.config.sections import Config
from consentry.connectors.stacks import BUILT_IN, load_stack
from consentry.errors import ConfigError
from consentry.plugin import Mode, Plugin
from consentry.registry import list_plugins


def check(
    config: ConfigOption = DEFAULT_PATH,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of the file, for editors.")
    ] = False,
) -> None:
    """Check the configuration and show what would run. Exit code 1 if anything is wrong."""
    if schema:
        found = {f.name: f.plugin for f in list_plugins() if f.plugin is not None}
        typer.echo(
            json.dumps(
                config_schema(found, [load_stack(name) for name in BUILT_IN]),
                indent=2,
                ensure_ascii=False,
            )
        )
        return
    try:
        checked = load_config(config)
        loaded = make_plugins(checked)
        feeds = check_feeds(checked.kiosk) if checked.kiosk else None
    except ConfigError as exc:
        for line in str(exc).splitlines():
            typer.echo(f"error: {line}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{config}: OK")
    if loaded:
        Console().print(_table(checked, loaded))
    else:
        typer.echo(
            "No plugin is enabled: name one under `plugins:`; `consentry plugins` lists them."
        )
    if feeds is not None:
        Console().print(feeds)


def _table(config: Config, loaded: list[Plugin]) -> Table:
    table = Table("plugin", "purpose", "starts for a person")
    for plugin in loaded:
        enabled = config.plugins[plugin.name]
        if enabled.mode is Mode.OPT_IN:
            start = "on their yes (opt_in)"
        else:
            start = f"{enabled.grace:g} s after the notice, unless they say no (notice)"
        table.add_row(Text(plugin.name), Text(plugin.purpose.title), Text(start))
    return table
