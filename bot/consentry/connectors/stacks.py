"""Finds the stack that a call is on, by its address or by its name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import pluggy

from consentry import hookspecs
from consentry.connectors.stack import Stack
from consentry.errors import ConfigError
from consentry.hookspecs import PROJECT
from consentry.registry import package_of, suggestion

GROUP = "consentry.connectors"
"""Of the entry points: name = what the stack is called, value = the module it is in."""

BUILT_IN = ("room", "galene", "livekit", "janus", "jitsi")
"""Those that an address is looked at by, in this order: Jitsi's rooms can be called anything.

Somebody else's stack is imported when it is named, and not before.
"""


def installed_stacks() -> tuple[EntryPoint, ...]:
    """The entry points of every installed stack, by name; nothing is imported."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: entry.name))


def load_stack(name: str, installed: Sequence[EntryPoint] | None = None) -> type[Stack]:
    """The stack called ``name``; ConfigError where there is none, or where it can't be loaded."""
    entries = installed_stacks() if installed is None else installed
    named = [entry for entry in entries if entry.name == name]
    match named:
        case [entry]:
            return _load(entry)
        case []:
            known = sorted({entry.name for entry in entries})
            near = suggestion(name, known)
            raise ConfigError(f"there is no stack {name!r}{near}; there are: {', '.join(known)}")
    packages = " and ".join(package_of(entry) for entry in named)
    raise ConfigError(f"two packages have a stack {name!r}: {packages}; uninstall one")


def stack_of(url: str) -> type[Stack]:
    """The stack whose address ``url`` is; ConfigError, with what there is, if it is none's."""
    stacks = [load_stack(name) for name in BUILT_IN]
    for stack in stacks:
        if stack.recognizes(url):
            return stack
    forms = "".join(f"\n  {stack.title}: {' or '.join(stack.forms)}" for stack in stacks)
    raise ConfigError(
        f"no stack has addresses like that. A call looks like{forms}\n"
        "For another, name it under `stack: kind:` in the configuration"
    )


def _load(entry: EntryPoint) -> type[Stack]:
    found: list[type[Stack]] = []
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    try:
        manager.register(entry.load(), name=entry.name)
        manager.check_pending()
        manager.hook.register_connectors(register=found.append)
    except (Exception, SystemExit) as exc:
        text = f"package {package_of(entry)} fails to load: {type(exc).__name__}: {exc}"
        raise ConfigError(f"stack {entry.name!r}: {text}") from exc
    named = [stack for stack in found if getattr(stack, "name", None) == entry.name]
    if len(named) != 1 or not issubclass(named[0], Stack):
        text = f"package {package_of(entry)} registers no Stack of this name"
        raise ConfigError(f"stack {entry.name!r}: {text}")
    return named[0]
