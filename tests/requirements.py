"""What a test needs from the machine: without it, a skip that says how to get it, or a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

REQUIRED = "CONSENTRY_REQUIRE"
"""Names, separated by commas, of what must be here: an absent one fails instead of skipping."""

CACHE = Path.home() / ".cache" / "consentry-tests"
"""Where programs are that were built for the tests, each in a folder of its own."""

HOW = {
    "cc": "apt install gcc libc6-dev",
    "chromium": "apt install chromium",
    "docker-compose": "apt install docker-compose",
    "ffmpeg": "apt install ffmpeg",
    "galene": "build Galene 1.1 as its galene-install.md says, and put the program and its folder "
    "`static` into ~/.cache/consentry-tests/galene",
    "janus": "apt install janus",
    "janus-demos": "apt install janus-demos",
    "jicofo": "put Jicofo's start script, or one that runs it, at "
    "~/.cache/consentry-tests/jicofo/jicofo",
    "jitsi-client": "tests/venues/install-jitsi",
    "jitsi-videobridge": "put the videobridge's start script, or one that runs it, at "
    "~/.cache/consentry-tests/jitsi-videobridge/jitsi-videobridge",
    "livekit-server": "tests/venues/install-livekit",
    "postgres": "apt install postgresql",
    "prosody": "apt install prosody",
    "systemd-analyze": "apt install systemd",
}


ELSEWHERE = {"janus-demos": "/usr/share/janus/demos/videoroomtest.html"}
"""What is no program, by a file of it."""


def need(name: str) -> Path:
    """The program ``name``, on the PATH or in the usual places of its package.

    Called at the top of a module it skips all of it, or fails where ``CONSENTRY_REQUIRE`` lists it.
    """
    found = _find(name)
    if found is not None:
        return found
    text = f"{name} is not on this machine: {HOW.get(name, f'install {name}')}"
    if name in os.environ.get(REQUIRED, "").replace(" ", "").split(","):
        pytest.fail(f"{text} ({REQUIRED} asks for it)", pytrace=False)
    pytest.skip(text, allow_module_level=True)


def _find(name: str) -> Path | None:
    go = Path(os.environ.get("GOPATH") or Path.home() / "go") / "bin" / name
    built = CACHE / name / name
    places = [
        ELSEWHERE.get(name),
        shutil.which(name),
        go,
        built,
        *Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
    ]
    return next((Path(place) for place in places if place and Path(place).is_file()), None)
