"""The hooks a package may implement to extend Consentry. All register; none delivers media."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from consentry.connectors.stack import Stack
from consentry.plugin import Plugin

PROJECT = "consentry"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Call ``register`` once for each plugin class this package offers."""


@hookspec
def register_connectors(register: Callable[[type[Stack]], None]) -> None:
    """Call ``register`` once for each conferencing stack this package connects to."""
