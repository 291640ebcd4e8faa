"""Reads consentry.yaml and checks it: all of its faults at once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from pathlib import Path

from consentry.config.check import Checker, found
from consentry.config.people import Chosen
from consentry.config.sections import (
    Config,
    EnabledPlugin,
    MetricsSection,
    NamedStack,
    PluginSwitch,
    RoomSection,
    Sections,
    WebSection,
)
from consentry.config.source import read_source, refuse
from consentry.connectors.stacks import load_stack
from consentry.errors import ConfigError, PluginError
from consentry.plugin import Mode, Plugin
from consentry.registry import RESERVED_OPTIONS, find_plugins, fitting

DEFAULT_PATH = Path("consentry.yaml")


def load_config(
    path: Path = DEFAULT_PATH,
    *,
    installed: Sequence[EntryPoint] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """Read and check ``path``; ConfigError with every fault in it, one a line.

    ``installed`` are the plugins to choose from (default: what is installed here);
    ``environment`` answers ``${env:…}`` (default: that of this process).
    """
    source = read_source(path)
    found_here = os.environ if environment is None else environment
    checker = Checker(source, found_here, path.parent)
    data = dict(source.data)
    named, on = data.pop("plugins", None), data.pop("stack", None)
    sections = checker.validate(Sections, data, (), known=("plugins", "stack"))
    stack = _stack(checker, on)
    plugins = _plugins(checker, named, sections, installed)
    if sections is not None:
        _check_ports(checker, sections)
        if sections.kiosk is not None and sections.people is None:
            checker.add(("kiosk",), "needs a `people:` section: who could check in?", at_key=True)
        face = sections.face.within(path.absolute().parent)
        for key, text in face.faults():
            checker.add(("face", key), text)
    if checker.problems or sections is None:
        raise refuse(checker.problems)
    values = {name: getattr(sections, name) for name in Sections.model_fields}
    directory = _absolute(sections.storage.directory, path)
    values["storage"] = sections.storage.model_copy(update={"directory": directory})
    if (font := sections.tile.font) is not None:
        values["tile"] = sections.tile.model_copy(update={"font": _absolute(font, path)})
    values["face"] = face
    if sections.kiosk is not None:
        values["kiosk"] = sections.kiosk.within(path.absolute().parent)
    return Config(**values, stack=stack, plugins=plugins)


def make_plugins(config: Config, installed: Sequence[EntryPoint] | None = None) -> list[Plugin]:
    """The plugins ``config`` enables, made with their options, in the order of the file."""
    found = find_plugins(config.plugins, installed)
    return [
        fitting(found[name], config.left_out)(enabled.options)
        for name, enabled in config.plugins.items()
    ]


def _absolute(named: Path, path: Path) -> Path:
    """What the file at ``path`` means by ``named``."""
    return path.absolute().parent / named.expanduser()


def _check_ports(checker: Checker, sections: Sections) -> None:
    listening: list[tuple[str, RoomSection | WebSection | MetricsSection]]
    listening = [("room", sections.room), ("web", sections.web)]
    if sections.metrics.enabled:
        listening.append(("metrics", sections.metrics))
    for i, (name, section) in enumerate(listening):
        for other, taken in listening[:i]:
            if section.port and (section.host, section.port) == (taken.host, taken.port):
                here = name if (name, "port") in checker.source.values else other
                text = f"{other} and {name} both listen on port {section.port}; change one"
                checker.add((here, "port"), text)


def _stack(checker: Checker, named: object) -> NamedStack | None:
    """The part of the file that is about the stack."""
    if named is None:
        return None
    if not isinstance(named, dict) or not isinstance(kind := named.get("kind"), str):
        text = "must be a section that names the stack, such as `kind: jitsi`"
        checker.add(("stack",), text)
        return None
    try:
        stack = load_stack(kind)
    except ConfigError as exc:
        checker.add(("stack", "kind"), str(exc))
        return None
    rest = {key: value for key, value in named.items() if key != "kind"}
    options = checker.validate(stack.Options, rest, ("stack",), known=("kind",))
    return None if options is None else NamedStack(kind=kind, options=options)


def _plugins(
    checker: Checker,
    named: object,
    sections: Sections | None,
    installed: Sequence[EntryPoint] | None,
) -> dict[str, EnabledPlugin]:
    if named is None:
        return {}
    if not isinstance(named, dict):
        text = f"found {found(named)}, must be a section of names, such as `captions: {{}}`"
        checker.add(("plugins",), text)
        return {}
    enabled: dict[str, EnabledPlugin] = {}
    for name, options in named.items():
        try:
            plugin = find_plugins([name], installed)[name]
            if sections is not None:
                plugin = fitting(plugin, sections.left_out)
        except PluginError as exc:
            text = str(exc).removeprefix(f"plugin {name!r}: ")
            checker.add(("plugins", name), text, at_key=True)
            continue
        if (entry := _plugin(checker, plugin, options)) is not None:
            enabled[name] = entry
        if sections is not None:
            _check_fit(checker, plugin, sections)
    return enabled


def _plugin(checker: Checker, plugin: type[Plugin], data: object) -> EnabledPlugin | None:
    """The part of the file that is about one plugin."""
    path = ("plugins", plugin.name)
    if not isinstance(data, dict | None):
        text = f"found {found(data)}, must be a section of options; "
        checker.add(path, f"{text}naming a plugin turns it on, leaving it out turns it off")
        return None
    switches = {key: value for key, value in (data or {}).items() if key in RESERVED_OPTIONS}
    rest = {key: value for key, value in (data or {}).items() if key not in RESERVED_OPTIONS}
    switch = checker.validate(PluginSwitch, switches, path)
    options = checker.validate(plugin.Options, rest, path, known=RESERVED_OPTIONS)
    if switch is None or options is None:
        return None
    mode = switch.mode or plugin.purpose.mode
    if plugin.purpose.biometric and mode is not Mode.OPT_IN:
        text = "found 'notice', must be opt_in: it tells people by their body, and that takes "
        checker.add((*path, "mode"), f"{text}everyone's own yes (GDPR art. 9)")
        return None
    return EnabledPlugin(mode=mode, grace=switch.grace, options=options)


def _check_fit(checker: Checker, plugin: type[Plugin], sections: Sections) -> None:
    """What a plugin asks of other sections."""
    path = ("plugins", plugin.name)
    if plugin.purpose.biometric and sections.call.minors:
        text = "is biometric, and call.minors says that under-age people take part; leave it out"
        checker.add(path, text, at_key=True)
    if "language_model" in plugin.needs.engines and sections.language_model is None:
        text = "needs a language model; add a `language_model:` section"
        checker.add(path, text, at_key=True)
    if plugin.needs.checks_in and sections.people is None:
        text = "needs people who enroll; add a `people:` section"
        checker.add(path, text, at_key=True)
    elif "face" in plugin.needs.engines and Chosen.FACE not in sections.chosen:
        text = "needs people who enroll their faces; add a `people:` section, with `face` in `ways`"
        checker.add(path, text, at_key=True)
