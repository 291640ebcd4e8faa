"""``consentry pages``: what is kept of somebody is still theirs to see when no bot runs."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import httpx

from tests.commands.test_room_command import line_with, one_error, run, running
from tests.web.house import ANA, Page, house_in


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return int(unused.getsockname()[1])


def configuration(folder: Path, web: str) -> Path:
    path = folder / "consentry.yaml"
    text = f"plugins:\n  names: {{}}\nstorage:\n  directory: {folder / 'store'}\n{web}"
    path.write_text(text, encoding="utf-8")
    return path


async def a_call(folder: Path, url: str) -> str:
    """A link of Ana's, from a call that is over."""
    async with house_in(folder, url) as house, house.call() as call:
        await call.saw(ANA)
        await call.keep(ANA, "Guten Tag.")
        return call.link(ANA)


async def look(link: str) -> tuple[str, str]:
    """Ana's page and her words, in a browser of hers."""
    async with httpx.AsyncClient() as browser:
        page = Page(browser, link)
        return await page.claim(), await page.show("/words")


def test_a_page_is_there_between_calls(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    port = url.rpartition(":")[2]
    config = configuration(tmp_path, f"web:\n  public_url: {url}\n  port: {port}\n")
    link = asyncio.run(a_call(tmp_path, url))
    with running("pages", "-c", config) as serving:
        assert url in line_with(serving, "/me/")
        html, words = asyncio.run(look(link))
        assert "Was shown: Captions" in html and "The call is over; nothing runs" in html
        assert "Guten Tag." in words
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=20)
        assert serving.returncode == 0, out + err


def test_people_enroll_between_calls(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    web = f"web:\n  public_url: {url}\n  port: {url.rpartition(':')[2]}\n"
    config = configuration(tmp_path, web + "people: {ways: [pin, link]}\n")
    with running("pages", "-c", config) as serving:
        line_with(serving, "/me/")
        assert "My check-in" in httpx.get(f"{url}/enroll").text
        serving.send_signal(signal.SIGINT)
        serving.communicate(timeout=20)


def test_without_an_address_it_says_which_key_is_missing(tmp_path: Path) -> None:
    error = one_error(run("pages", "-c", configuration(tmp_path, "")), code=2)
    assert "web.public_url" in error
