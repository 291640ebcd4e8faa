"""A PostgreSQL server of the tests' own, with a new database for whoever asks."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.requirements import need


@dataclass
class Server:
    """Reached by a socket in ``folder`` alone."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(host=str(self.folder), user="consentry", dbname="postgres") as admin:
            admin.autocommit = True
            admin.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://consentry@/{name}?host={self.folder}"


@contextmanager
def serving() -> Iterator[Server]:
    """A server while the block runs; nothing of it is left."""
    programs = need("postgres").resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # It does not run as root; its package brings a user.
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

    try:
        run("initdb", "-A", "trust", "-U", "consentry", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses= -c fsync=off -k {folder}"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
