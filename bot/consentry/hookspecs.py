"""The hooks a package may implement to extend Consentry. All register; none delivers media."""

from __future__ import annotations

from collections.abc import Callable

import pluggy

from consentry.plugin import Plugin

hookspec = pluggy.HookspecMarker("consentry")
hookimpl = pluggy.HookimplMarker("consentry")


@hookspec
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Call ``register`` once for each plugin class this package offers."""
