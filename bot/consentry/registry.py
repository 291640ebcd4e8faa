"""Finds plugins. A plugin that is not enabled is not even imported."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from importlib.metadata import EntryPoint, entry_points

import pluggy
from pydantic import BaseModel

from consentry import hookspecs
from consentry.consent.prohibited import prohibited
from consentry.errors import PluginError
from consentry.events import Medium
from consentry.plugin import Mode, Needs, Plugin, Purpose

GROUP = "consentry"
"""Of the entry points: name = what the plugin is called, value = the package it is in."""

ENGINES = frozenset({"speech", "voice_activity", "language_model", "vault", "face"})

MAX_FRAME_RATE = 30
"""Pictures of a person a second that a plugin may ask for: what a camera gives."""

RESERVED_OPTIONS = frozenset({"mode", "grace"})
"""Keys every plugin takes in the configuration; its own options can't be called so."""


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """An installed plugin, loaded or with the reason why it can't be."""

    name: str
    package: str
    plugin: type[Plugin] | None
    error: PluginError | None = None


def installed_plugins() -> tuple[EntryPoint, ...]:
    """The entry points of every installed plugin, by name; nothing is imported."""
    return tuple(sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)))


def find_plugins(
    names: Iterable[str], installed: Sequence[EntryPoint] | None = None
) -> dict[str, type[Plugin]]:
    """Import the plugins called ``names`` and no other; PluginError for one that can't be had."""
    entries = installed_plugins() if installed is None else installed
    return {name: _load(_entry(name, entries)) for name in names}


def fitting(plugin: type[Plugin], left_out: Collection[str]) -> type[Plugin]:
    """What runs as ``plugin`` where the self-hoster does without the engines ``left_out``."""
    return next((plugin.without[role] for role in plugin.without if role in left_out), plugin)


def list_plugins(installed: Sequence[EntryPoint] | None = None) -> list[FoundPlugin]:
    """Every installed plugin. Imports them all; one that fails does not hide the others."""
    entries = installed_plugins() if installed is None else installed
    return [_try(entry, entries) for entry in entries]


def suggestion(word: str, known: Iterable[str]) -> str:
    """`` (did you mean 'captions'?)``, or nothing if no known word is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _try(entry: EntryPoint, entries: Sequence[EntryPoint]) -> FoundPlugin:
    try:
        plugin = _load(_entry(entry.name, entries))
    except PluginError as exc:
        return FoundPlugin(entry.name, package_of(entry), None, exc)
    return FoundPlugin(entry.name, package_of(entry), plugin)


def _entry(name: str, entries: Sequence[EntryPoint]) -> EntryPoint:
    named = [entry for entry in entries if entry.name == name]
    match named:
        case [entry]:
            return entry
        case []:
            known = sorted({entry.name for entry in entries})
            text = f"is not installed{suggestion(name, known)}; installed are "
            raise PluginError(name, text + (", ".join(known) or "none"))
    packages = " and ".join(f"{package_of(entry)} ({entry.value})" for entry in named)
    raise PluginError(name, f"two packages have one of this name: {packages}; uninstall one")


def package_of(entry: EntryPoint) -> str:
    """The distribution an entry point came with, or its module."""
    return entry.value if entry.dist is None else entry.dist.name


def version_of(name: str, installed: Sequence[EntryPoint] | None = None) -> str:
    """The package that the plugin ``name`` came with, and its version."""
    entries = installed_plugins() if installed is None else installed
    for entry in entries:
        if entry.name == name:
            version = "" if entry.dist is None else f" {entry.dist.version}"
            return f"{package_of(entry)}{version}"
    return name


def _load(entry: EntryPoint) -> type[Plugin]:
    name, package = entry.name, package_of(entry)
    try:
        registered = _registered(entry)
    except (Exception, SystemExit) as exc:
        text = f"package {package} fails to load: {type(exc).__name__}: {exc}"
        raise PluginError(name, text) from exc
    for candidate in registered:
        if not (inspect.isclass(candidate) and issubclass(candidate, Plugin)):
            raise PluginError(name, f"package {package} registers something that is no Plugin")
    named = [candidate for candidate in registered if getattr(candidate, "name", None) == name]
    match named:
        case [plugin]:
            if fault := _fault(plugin):
                raise PluginError(name, f"package {package}: {fault}")
            return plugin
        case []:
            others = ", ".join(str(getattr(c, "name", c.__name__)) for c in registered) or "nothing"
            text = f"package {package} registers {others}; its entry point is called {name!r}"
            raise PluginError(name, text)
    raise PluginError(name, f"package {package} registers two plugins of this name")


def _registered(entry: EntryPoint) -> list[type[Plugin]]:
    registered: list[type[Plugin]] = []
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(entry.load(), name=entry.name)
    manager.check_pending()
    manager.hook.register_plugins(register=registered.append)
    return registered


def _fault(plugin: type[Plugin]) -> str | None:
    """Why ``plugin`` may not run, or None."""
    purpose, needs = getattr(plugin, "purpose", None), plugin.needs
    if inspect.isabstract(plugin):
        return f"{plugin.__name__} has no `process`"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", plugin.name):
        return "the name must be of a-z, 0-9 and _, and start with a letter"
    if not isinstance(purpose, Purpose):
        return f"{plugin.__name__}.purpose must be a Purpose"
    if not isinstance(needs, Needs):
        return f"{plugin.__name__}.needs must be a Needs"
    if unknown := sorted((needs.engines | needs.optional_engines) - ENGINES):
        return f"needs an engine that does not exist: {', '.join(unknown)}"
    if not 0 < needs.frames_per_second <= MAX_FRAME_RATE:
        return f"needs.frames_per_second must be above 0, and {MAX_FRAME_RATE} at most"
    if _sees_faces(needs) and not purpose.biometric:
        return "whoever checks people in by their face has a biometric purpose"
    faults = (_purpose_fault(plugin.name, purpose), _options_fault(plugin.Options))
    return next(
        filter(None, (*faults, *map(partial(_without_fault, plugin), plugin.without))), None
    )


def _without_fault(plugin: type[Plugin], role: str) -> str | None:
    """Why what runs in place of ``plugin`` without the engine ``role`` may not, or None."""
    instead, needs = plugin.without[role], plugin.needs
    if not (inspect.isclass(instead) and issubclass(instead, Plugin)):
        return f"what runs without {role} is no Plugin"
    if role not in needs.engines | needs.optional_engines:
        return f"has something to run without {role}, which it does not need"
    if role in instead.needs.engines | instead.needs.optional_engines or instead.without:
        return f"{instead.__name__} is to do without {role}, and has nothing to run in its place"
    if (instead.name, instead.Options) != (plugin.name, plugin.Options):
        return f"{instead.__name__} must have the name and the options of {plugin.__name__}"
    return _fault(instead)


def _sees_faces(needs: Needs) -> bool:
    return Medium.CHECK_INS in needs.media or "face" in needs.engines | needs.optional_engines


def _purpose_fault(name: str, purpose: Purpose) -> str | None:
    for field in fields(purpose):
        value = getattr(purpose, field.name)
        if isinstance(value, str) and not value.strip():
            return f"purpose.{field.name} is empty; participants read it before they decide"
    if purpose.biometric and purpose.mode is not Mode.OPT_IN:
        return "a biometric purpose is opt_in, always (GDPR art. 9)"
    return prohibited(name, purpose)


def _options_fault(options: type[BaseModel]) -> str | None:
    if not (inspect.isclass(options) and issubclass(options, BaseModel)):
        return "Options must be a pydantic model"
    if taken := sorted(RESERVED_OPTIONS & options.model_fields.keys()):
        return f"an option can't be called {taken[0]!r}: every plugin has that key already"
    if options.model_config.get("extra") != "forbid":
        return "Options must set extra='forbid', or a misspelled option would go unnoticed"
    return None
