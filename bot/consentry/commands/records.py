"""``consentry records``: what the law wants written down about what is enabled."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from consentry.bot import offer_of
from consentry.commands.options import ConfigOption
from consentry.config.loading import DEFAULT_PATH, load_config, make_plugins
from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.people.terms import FACE, face_offer

TEMPLATES = Path(__file__).with_name("templates")


class Kind(StrEnum):
    """What can be written."""

    RECORDS = "records"
    """Records of processing activities (GDPR art. 30)."""
    DPIA = "dpia"
    """A data protection impact assessment to start from (GDPR art. 35(7))."""


def records(
    kind: Annotated[
        Kind, typer.Argument(help="`records` (GDPR art. 30) or `dpia` (art. 35).")
    ] = Kind.RECORDS,
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Write the records of processing, or a DPIA to start from, for what is enabled."""
    typer.echo(written(kind, load_config(config)))


def written(kind: Kind, config: Config) -> str:
    """The document in Markdown. What only the controller can say is marked for them."""
    plugins = make_plugins(config)
    offers = [offer_of(plugin, config) for plugin in plugins]
    enrolls = Chosen.FACE in config.chosen
    offers += [face_offer()] if enrolls else []
    stored = {p.name for p in plugins if "vault" in p.needs.engines | p.needs.optional_engines}
    templates = Environment(  # Markdown, not HTML: nothing is to be escaped
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    page = templates.get_template(f"{kind.value}.md")
    arrivals = config.kiosk.keep_arrivals_days if config.kiosk is not None else None
    values = {"config": config, "offers": offers, "stored": stored, "face": FACE}
    return page.render(**values, arrivals=arrivals).strip()
