"""What this machine has of what a call needs; nothing here changes anything."""

from __future__ import annotations

import ctypes.util
import errno
import importlib.metadata
import importlib.util
import re
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from consentry.config.faces import FaceSection
from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.errors import SetupError
from consentry.tile.fonts import Fonts

OLDEST_PYTHON = (3, 11)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class State(IntEnum):
    OK = 0
    NOTE = 1
    """Something works less well, or not for everybody."""
    MISSING = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    state: State
    text: str
    fix: str = ""


def python_version(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    """Whether this Python is new enough."""
    text = f"Python {'.'.join(map(str, version))}"
    if version >= OLDEST_PYTHON:
        return Finding(State.OK, text)
    return Finding(State.MISSING, text, "install Python 3.11 or newer")


def packages(requirements: list[str] | None = None) -> Iterator[Finding]:
    """What Consentry depends on and this environment lacks. Extras are not asked for."""
    if requirements is None:
        requirements = importlib.metadata.requires("consentry") or []
    needed = [entry for entry in requirements if "extra ==" not in entry]
    missing = [name for name in map(_name, needed) if not _is_installed(name)]
    for name in missing:
        yield Finding(State.MISSING, f"package {name}", f"pip install {name}")
    if not missing:
        yield Finding(State.OK, f"all {len(needed)} packages")


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    return match[0] if match else requirement


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.distribution(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def models() -> Iterator[Finding]:
    """Whether the weights are here, and are the pinned ones."""
    try:
        from consentry.engines.models import ModelStore

        survey = ModelStore().survey()
    except (ImportError, SetupError) as exc:
        yield Finding(State.MISSING, f"models ({type(exc).__name__})", "pip install consentry")
        return
    for status in survey:
        text = f"model {status.model.name} ({status.model.role})"
        if status.present and status.intact:
            yield Finding(State.OK, text)
        elif not status.present and status.model.extra:
            yield Finding(State.NOTE, f"{text} is not installed", status.advice)
        else:
            yield Finding(State.MISSING, text, status.advice)


def faces(config: Config) -> Iterator[Finding]:
    """Whether the engine of check-in by face can be loaded, where it is asked for."""
    if Chosen.FACE not in config.chosen and config.face == FaceSection():
        return
    try:
        from consentry.engines.face.loading import load, spec_of

        engine = load(spec_of(config.face))
    except (ImportError, SetupError) as exc:
        text = f"face engine {config.face.engine}: {exc}"
        fix = "docs/checkin.md says what each engine needs; to check in by code alone, "
        yield Finding(State.MISSING, text, f"{fix}name `people.ways` without `face`")
    else:
        yield Finding(State.OK, f"face engine {engine.name}")


def opus() -> Finding:
    """Whether there is a libopus: PyAV ships one, the system may have one."""
    spec = importlib.util.find_spec("av")
    shipped: list[Path] = []
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        shipped = [*folder.parent.glob("av.libs/libopus*"), *folder.glob(".dylibs/libopus*")]
    if shipped or ctypes.util.find_library("opus"):
        return Finding(State.OK, "libopus (audio decoder)")
    return Finding(State.MISSING, "libopus (audio decoder)", "apt install libopus0")


def network(address: str | None = None) -> Finding:
    """Whether other machines could reach this one. ``address`` is for tests."""
    address = _outward_address() if address is None else address
    if address and not address.startswith("127."):
        return Finding(State.OK, "a network address beside 127.0.0.1")
    text = "no network address beside 127.0.0.1: calls work on this machine alone"
    return Finding(State.NOTE, text, "connect to a network for calls with others")


def fonts(config: Config, fonts: Fonts | None = None) -> Iterator[Finding]:
    """Whether names on the tile keep their accents, where there is one. ``fonts`` is for tests."""
    if not config.tile.enabled:
        return
    try:
        found = (fonts or Fonts(config.tile.font)).found
    except SetupError as exc:
        yield Finding(State.MISSING, str(exc))
        return
    if found:
        yield Finding(State.OK, "fonts for the tile")
    else:
        text = "no fonts: the tile leaves out accents, and all that is not Latin"
        yield Finding(State.NOTE, text, "apt install fonts-dejavu-core, or set tile.font")


def _outward_address() -> str:
    """The address packets would leave from; none is sent. Empty without a route."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): nobody's
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def ports(config: Config) -> Iterator[Finding]:
    """Whether the ports the configuration listens on are free."""
    wanted = [
        ("room", config.room.host, config.room.port),
        ("web", config.web.host, config.web.port),
    ]
    if config.metrics.enabled:
        wanted.append(("metrics", config.metrics.host, config.metrics.port))
    for section, host, port in wanted:
        yield _port(section, host, port)


def _port(section: str, host: str, port: int) -> Finding:
    text = f"port {port} on {host} ({section})"
    try:
        socket.create_server((host, port), family=_family(host)).close()
    except OSError as exc:
        match exc.errno:
            case errno.EADDRINUSE:
                fix = f"stop what listens there, or set another {section}.port"
            case errno.EACCES:
                fix = f"set {section}.port to 1024 or more"
            case _:
                fix = f"set {section}.host to an address of this machine"
        return Finding(State.MISSING, text, fix)
    return Finding(State.OK, text)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def browser(names: tuple[str, ...] = BROWSERS) -> Finding:
    """Whether there is a Chromium, which only the browser tests need."""
    if any(shutil.which(name) for name in names):
        return Finding(State.OK, "Chromium (for the tests alone)")
    return Finding(State.NOTE, "no Chromium (for the tests alone)", "apt install chromium")
