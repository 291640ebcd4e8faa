"""A vault in a folder: a plugin's files, each replaced as a whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import quote

from consentry.errors import SetupError
from consentry.plugin import Run

P = ParamSpec("P")
T = TypeVar("T")

MAX_NAME = 200
"""Bytes; file systems take 255, and a suffix is added while writing."""


class DirectoryVault:
    """Implements ``plugin.Vault`` under ``directory/call/plugin/``.

    Files are readable by the bot's own user alone (0600, folders 0700) and survive a power cut
    (fsync of file and folder). ``run`` takes the blocking part off the event loop; without one it
    happens in place, which takes milliseconds on a local disk. Every failure is a SetupError that
    names the file.
    """

    def __init__(self, directory: Path, plugin: str, call: str, run: Run | None = None) -> None:
        self._root = directory
        self._folders = (file_name(call), file_name(plugin))
        self._run: Run = run or _in_place

    @property
    def directory(self) -> Path:
        """The folder the files are in; it exists once something was put there."""
        return self._root.joinpath(*self._folders)

    async def put(self, name: str, content: bytes) -> None:
        """Replace ``name`` with ``content``, durably, or raise SetupError."""
        await self._run(write_file, self._root, (*self._folders, file_name(name)), content)

    async def delete(self, name: str) -> None:
        """Remove ``name`` if it is there, durably, or raise SetupError."""
        await self._run(delete_file, self.directory / file_name(name))


def file_name(name: str) -> str:
    """``name`` as a file name of its own: no separator, no leading dot, no two names alike."""
    quoted = quote(name, safe=" ").replace("%20", " ")
    if quoted.startswith("."):
        quoted = f"%2E{quoted[1:]}"
    if not quoted or len(quoted) > MAX_NAME:
        raise SetupError(f"a name in a vault must have 1 to {MAX_NAME} characters")
    return quoted


def write_file(root: Path, parts: tuple[str, ...], content: bytes) -> None:
    """Replace the file ``parts`` under ``root`` with ``content``; SetupError if that fails."""
    target = root.joinpath(*parts)
    temporary = _temporary(target)
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in reversed(target.relative_to(root).parents[:-1]):
            (root / folder).mkdir(mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    except OSError as exc:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise SetupError(f"{target}: can't be written ({exc.strerror})") from None


def delete_file(target: Path) -> None:
    """Remove ``target``, and what a power cut may have left of an unfinished write of it."""
    try:
        if target.parent.is_dir():
            _temporary(target).unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            _sync_folder(target.parent)
    except OSError as exc:
        raise SetupError(f"{target}: can't be deleted ({exc.strerror})") from None


def _temporary(target: Path) -> Path:
    # One fixed name for each file: the next write or deletion takes a left-over with it.
    return target.with_name(f".{target.name}.part")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _in_place(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
    async def call() -> T:
        return fn(*args, **kwargs)

    return call()
