"""The images that are built here: what they start from, and what their start scripts write."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.deploy.folders import DEPLOY, REPOSITORY

FILES = sorted(DEPLOY.rglob("Containerfile"))
EACH = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(DEPLOY)))
INSTRUCTIONS = {
    "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "RUN", "USER", "VOLUME",
    "WORKDIR",
}  # fmt: skip


def instructions(file: Path) -> list[tuple[str, str]]:
    """Each instruction with its arguments, continued lines joined, comments left out."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest.strip()) for word, _, rest in
            (line.partition(" ") for line in joined.splitlines() if line.strip())]  # fmt: skip


@EACH
def test_it_is_made_of_instructions_that_there_are(file: Path) -> None:
    said = instructions(file)
    assert {word for word, _ in said} <= INSTRUCTIONS
    assert said[0][0] == "FROM"
    for word, rest in said:
        if word == "RUN":
            checked = subprocess.run(["sh", "-n", "-c", rest], check=False)
            assert checked.returncode == 0, rest
        if word in ("CMD", "ENTRYPOINT"):
            assert isinstance(json.loads(rest), list), "no shell between the program and signals"


@EACH
def test_what_it_starts_from_is_pinned(file: Path) -> None:
    images = [rest.split()[0] for word, rest in instructions(file) if word == "FROM"]
    assert all(re.fullmatch(r"[a-z/]+:[\w.-]*\d+[\w.-]*", image) for image in images)


@EACH
def test_it_runs_as_a_user_of_its_own(file: Path) -> None:
    last = [word for word, _ in instructions(file)]
    users = [rest for word, rest in instructions(file) if word == "USER"]
    assert users
    assert re.fullmatch(r"1000\d:1000\d", users[-1])
    assert last.index("USER") > max(i for i, word in enumerate(last) if word == "RUN")


@EACH
def test_what_it_copies_is_there(file: Path) -> None:
    context = REPOSITORY if file.parent == DEPLOY else file.parent
    for word, rest in instructions(file):
        if word == "COPY" and "--from" not in rest:
            *sources, _ = shlex.split(rest)
            assert all((context / source).exists() for source in sources), rest


def test_consentry_is_installed_by_hash_and_asked_for_its_health() -> None:
    said = dict(instructions(DEPLOY / "Containerfile"))
    runs = [rest for word, rest in instructions(DEPLOY / "Containerfile") if word == "RUN"]
    installs = [run for run in runs if "pip install" in run]
    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation" in installs[1]
    assert "/healthz" in said["HEALTHCHECK"]


def locked(file: Path) -> set[str]:
    """The versions in a lock file, each with a hash."""
    return set(
        re.findall(r"^([\w.-]+==\S+).* \\\n +--hash=sha256:", file.read_text(), re.MULTILINE)
    )


def test_consentry_in_a_container_is_consentry_and_what_livekit_takes() -> None:
    everywhere, here = (
        locked(REPOSITORY / "requirements.lock"),
        locked(DEPLOY / "requirements.lock"),
    )
    assert everywhere
    assert everywhere < here
    assert "livekit" in {package.partition("==")[0] for package in here - everywhere}


def started(
    script: Path, program: str, template: Path, folder: Path, environment: dict[str, str]
) -> list[str]:
    """Run a start script with a ``program`` that only writes down how it was called."""
    programs = folder / "programs"
    programs.mkdir()
    (programs / program).write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/called\n')
    (programs / program).chmod(0o755)
    work = folder / "work"
    work.mkdir()
    environment = environment | {"PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["sh", script, template], cwd=work, env=environment, check=True)
    return (folder / "called").read_text().splitlines()


def test_galene_starts_with_a_group_in_which_the_bot_may_caption(tmp_path: Path) -> None:
    passwords = {"OPERATOR_PASSWORD": "aa11", "CONSENTRY_PASSWORD": "bb22"}
    environment = passwords | {"GROUP": "weekly", "MEET_HOST": "calls.test"}
    folder = DEPLOY / "galene"
    called = started(folder / "start.sh", "galene", folder / "group.json", tmp_path, environment)
    assert called[called.index("-http") + 1] == "127.0.0.1:8443"
    group = json.loads((tmp_path / "work/groups/weekly.json").read_text())
    assert group["users"]["operator"] == {"password": "aa11", "permissions": "op"}
    bot = {"password": "bb22", "permissions": ["message", "caption"]}
    assert group["users"]["Consentry"] == bot
    config = json.loads((tmp_path / "work/data/config.json").read_text())
    assert config == {"proxyURL": "https://calls.test/"}


def test_janus_starts_with_its_two_rooms(tmp_path: Path) -> None:
    folder = DEPLOY / "janus"
    environment = {"ROOM_SECRET": "cc33"}
    called = started(folder / "start.sh", "janus", folder / "conf", tmp_path, environment)
    written = tmp_path / "work/conf"
    assert f"--configs-folder={written}" in called
    texts = {file.name: file.read_text() for file in written.iterdir()}
    assert not [name for name, text in texts.items() if "@" in text]
    for room in ("videoroom", "textroom"):
        assert 'secret = "cc33"' in texts[f"janus.plugin.{room}.jcfg"]
    assert f'configs_folder = "{written}"' in texts["janus.jcfg"]
