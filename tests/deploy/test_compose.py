"""Each stack's folder comes up as its guide says: versions pinned, no secret in any file."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from consentry.cli import build
from consentry.config.loading import load_config
from consentry.connectors.stack import Invitation
from consentry.connectors.stacks import load_stack, stack_of
from tests.deploy.folders import CALLS, DEPLOY, PAGES, STACKS, copy_of, prepare, variables
from tests.requirements import need

EACH = pytest.mark.parametrize("stack", STACKS)
SECRET = re.compile(r"(KEY|PASSWORD|SECRET|TOKEN)$")
PINNED = re.compile(r"[a-z./-]+:[a-z-]*\d[\w.-]*")
"""A tag with a number in it: no ``latest``, no ``stable``."""


@pytest.fixture
def here(stack: str, tmp_path: Path) -> Path:
    """The folder of the stack after its first command."""
    folder = copy_of(stack, tmp_path)
    done = prepare(folder)
    assert done.returncode == 0, done.stderr
    return folder


def resolved(here: Path) -> dict[str, Any]:
    """The services as Compose reads them, with what .env sets."""
    program = need("docker-compose")
    command: list[str | Path] = [program, "--file", "compose.yaml", "--profile", "bot", "config"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(here)}
    done = subprocess.run(
        command, cwd=here, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    services: dict[str, Any] = yaml.safe_load(done.stdout)["services"]
    return services


def test_there_is_a_folder_for_each_stack() -> None:
    assert STACKS == ["galene", "janus", "jitsi", "jitsi-media-json", "livekit", "room"]
    table = (DEPLOY / "README.md").read_text()
    assert all(f"| [{stack}]({stack}/) |" in table for stack in STACKS)


@EACH
def test_compose_takes_it(here: Path) -> None:
    services = resolved(here)
    assert {"consentry", "caddy"} <= services.keys()
    for name, service in services.items():
        assert PINNED.fullmatch(service["image"]), f"{name} is not pinned"
        assert service["read_only"], f"{name} can write to its root"
        ports = [str(port) for port in service.get("ports", [])]
        assert all("127.0.0.1" in p or "10000" in p for p in ports), f"{name} is open to everybody"


@EACH
def test_the_bot_runs_without_rights(here: Path) -> None:
    bot = resolved(here)["consentry"]
    assert bot["cap_drop"] == ["ALL"]
    assert bot["security_opt"] == ["no-new-privileges:true"]
    mounted = [str(volume) for volume in bot["volumes"]]
    assert any("consentry.yaml" in volume and "ro" in volume for volume in mounted)


@EACH
def test_nothing_that_compose_needs_is_left_out_of_env(here: Path) -> None:
    needed = set(re.findall(r"\$\{(\w+):\?\}", (here / "compose.yaml").read_text()))
    assert needed == variables(here / ".env").keys()


@EACH
def test_passwords_are_made_where_the_bot_is_deployed(stack: str, here: Path) -> None:
    example = variables(DEPLOY / stack / ".env.example")
    made = variables(here / ".env")
    secrets = {name for name in example if SECRET.search(name)}
    assert {name for name, value in example.items() if not value} == secrets
    assert all(re.fullmatch(r"[0-9a-f]{48}", made[name]) for name in secrets)
    assert len({made[name] for name in secrets}) == len(secrets), "no two are the same"
    assert made["MEET_HOST"] == CALLS
    assert stat.S_IMODE((here / ".env").stat().st_mode) == 0o600


@EACH
def test_no_file_holds_a_secret(stack: str) -> None:
    settings = re.compile(
        r"""(?i)(\w*(?:password|secret|token)|\bkey)"?\s*[:=]\s*["']?([^\s"',]+)"""
    )
    for file in (DEPLOY / stack).rglob("*"):
        if file.suffix in (".yaml", ".conf", ".jcfg", ".json"):
            text = re.sub(r"\$\{[^}]*\}", "$", file.read_text())
            for name, value in settings.findall(text):
                assert value.startswith(("$", "@", "{")), f"{file.name}: {name}"


def test_a_second_first_command_keeps_the_passwords(tmp_path: Path) -> None:
    folder = copy_of("jitsi", tmp_path)
    prepare(folder)
    before = (folder / ".env").read_text()
    again = prepare(folder)
    assert again.returncode == 1
    assert ".env is here already" in again.stderr
    assert (folder / ".env").read_text() == before


def test_the_first_command_asks_for_both_names(tmp_path: Path) -> None:
    folder = copy_of("jitsi", tmp_path)
    done = subprocess.run(
        ["sh", "../prepare.sh", CALLS], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "usage" in done.stderr
    assert not (folder / ".env").exists()


@EACH
def test_consentry_takes_its_configuration(
    stack: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables(here / ".env").items():
        monkeypatch.setenv(name, value)
    checked = CliRunner().invoke(build(), ["check", "--config", str(here / "consentry.yaml")])
    assert checked.exit_code == 0, checked.output
    assert "captions" in checked.output
    written = yaml.safe_load((here / "consentry.yaml").read_text())
    section, host = ("room", CALLS) if stack == "room" else ("web", PAGES)
    assert written[section]["public_url"] == f"https://{host}"
    assert written["metrics"]["enabled"], "the container's health is asked there"
    assert written["storage"]["directory"] == "/var/lib/consentry", "elsewhere nothing is written"


@EACH
def test_the_guide_is_three_commands(stack: str) -> None:
    guide = (DEPLOY / stack / "README.md").read_text()
    commands = re.findall(r"^    (\S.*)$", guide, re.MULTILINE)
    assert len(commands) == 3
    assert commands[0] == "sh ../prepare.sh meet.example.org consentry.example.org"
    assert commands[1] == "docker compose up --detach"


@EACH
def test_the_guides_call_is_one_of_its_stack(
    stack: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = (DEPLOY / stack / "README.md").read_text()
    joins = re.search(r"consentry join '?([^\s']+)'?$", guide, re.MULTILINE)
    if joins is None:
        assert stack == "room", "there the bot comes by itself"
        return
    for name, value in variables(here / ".env").items():
        monkeypatch.setenv(name, value)
    url = joins[1]
    configured = load_config(here / "consentry.yaml").stack
    kind = stack_of(url) if configured is None else load_stack(configured.kind)
    assert stack in (kind.name, f"{kind.name}-media-json")
    assert kind.recognizes(url)
    options = kind.Options() if configured is None else configured.options
    kind.check(Invitation(url), options)
