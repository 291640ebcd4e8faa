"""Meeting summaries whose every line names what was said."""

from __future__ import annotations

from collections.abc import Callable

from consentry.api import Plugin, hookimpl
from consentry_summary.plugin import SummaryPlugin

__all__ = ["SummaryPlugin", "register_plugins"]


@hookimpl
def register_plugins(register: Callable[[type[Plugin]], None]) -> None:
    """Offer the summary plugin."""
    register(SummaryPlugin)
