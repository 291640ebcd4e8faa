"""The commands that stay: what the terminal says, and how they end."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONSENTRY = [sys.executable, "-m", "consentry"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "consentry.yaml"
    path.write_text("plugins:\n  names: {}\n", encoding="utf-8")
    return path


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    command = [*CONSENTRY, *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def line_with(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"it ended without a line about {text!r}")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*CONSENTRY, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)


def one_error(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    [line] = done.stderr.strip().splitlines()
    assert line.startswith("error: ")
    return line


def test_a_room_serves_its_page_and_ends_on_ctrl_c(config: Path) -> None:
    with running("room", "--port", 0, "-c", config) as room:
        url = re.search(r"http://\S+", line_with(room, "Join a room"))
        assert url is not None
        line_with(room, "Ctrl-C")
        with urllib.request.urlopen(url[0]) as page:
            assert "Join the call" in page.read().decode()
        room.send_signal(signal.SIGINT)
        out, err = room.communicate(timeout=20)
        assert room.returncode == 0
        assert "Traceback" not in out + err


def test_a_taken_port_is_named_with_what_to_do(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = one_error(run("room", "--port", port, "-c", config))
    assert f"port {port}" in error and "another port" in error


def test_a_room_without_a_configuration_says_which_file_is_missing(tmp_path: Path) -> None:
    error = one_error(run("room", "-c", tmp_path / "nothing.yaml"), code=2)
    assert "nothing.yaml" in error


def test_a_bot_that_can_not_reach_the_room_says_so(config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    url = f"http://127.0.0.1:{port}/r/x"
    error = one_error(run("join", url, "--token", "t", "-c", config))
    assert "reached" in error


def test_a_bot_without_the_rooms_token_is_turned_away(config: Path) -> None:
    with running("room", "--port", 0, "-c", config) as room:
        url = re.search(r"http://\S+", line_with(room, "Join a room"))
        assert url is not None
        error = one_error(run("join", url[0], "--token", "guess", "-c", config))
        assert "token" in error and "guess" not in error


@pytest.mark.parametrize("url", ["nonsense", "ftp://x/r/y"])
def test_an_address_of_no_stack_is_explained(config: Path, url: str) -> None:
    done = run("join", url, "--token", "t", "-c", config)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: no stack has addresses like that")
    assert "https://host/r/" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "JSON"), (b"{}", "meeting"), (b"\x00\x01", "meeting")]
)
def test_a_meeting_that_can_not_be_played_is_named(
    tmp_path: Path, content: bytes, words: str
) -> None:
    meeting = tmp_path / "meeting.json"
    meeting.write_bytes(content)
    error = one_error(run("play", meeting, "--into", "http://127.0.0.1:1/r/x"))
    assert "meeting.json" in error and words in error


def test_play_explains_its_answers(tmp_path: Path) -> None:
    from consentry.demo.script import MEETING

    for wrong in ("captions", "captions=maybe", "=yes"):
        done = run("play", MEETING, "--into", "http://127.0.0.1:1/r/x", "--answer", wrong)
        assert "captions=no" in one_error(done, code=2)
