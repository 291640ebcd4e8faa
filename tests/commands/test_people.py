"""``consentry people``: invitations, a list, and a deletion with its receipt."""

from __future__ import annotations

import asyncio
from pathlib import Path

from consentry.receipts.check import check, read_receipt
from tests.commands.test_room_command import one_error, run
from tests.people.register import register_in


def configuration(folder: Path, more: str = "people: {}\n") -> Path:
    path = folder / "consentry.yaml"
    path.write_text(f"storage:\n  directory: {folder / 'store'}\n{more}", encoding="utf-8")
    return path


def said(*args: object) -> str:
    done = run("people", *map(str, args))
    assert done.returncode == 0, done.stderr
    return done.stdout


def invited(config: Path, name: str = "Ana") -> tuple[str, str]:
    """Their id, and the address they enroll at."""
    first, url = said("invite", name, "-c", config).splitlines()
    return first.partition(":")[0], url


def test_an_invitation_is_an_address_that_somebody_can_take(tmp_path: Path) -> None:
    config = configuration(tmp_path, "people: {}\nweb:\n  public_url: https://meet.example\n")
    person, url = invited(config)
    site, _, token = url.partition("#")
    assert site == "https://meet.example/enroll"

    async def taken() -> str | None:
        async with register_in(tmp_path / "store") as register:
            register.clock.at = (await register.people.known())[0].created
            found = await register.people.invited(token)
            return found.id if found else None

    assert asyncio.run(taken()) == person


def test_the_list_names_everybody_and_their_ways(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    assert "Nobody" in said("list", "-c", config)
    person, _ = invited(config, "Ana María")
    listed = said("list", "-c", config)
    assert person in listed and "Ana María" in listed and "invitation" in listed


def test_a_new_link_ends_the_one_before(tmp_path: Path) -> None:
    config = configuration(tmp_path)
    person, first = invited(config)
    second = said("link", person, "-c", config).strip()
    assert second.startswith("http://localhost:8080/enroll#") and second != first


def test_a_deletion_leaves_a_receipt_and_nothing_else(tmp_path: Path) -> None:
    config, receipt = configuration(tmp_path), tmp_path / "last.jws"
    person, _ = invited(config)
    said("delete", person, "--receipt", receipt, "-c", config)
    assert "Nobody" in said("list", "-c", config)
    signed = read_receipt(receipt.read_text())
    assert check(signed).faults == []
    assert [deed.act for deed in signed.receipt.acts] == ["erased"]
    gone = one_error(run("people", "delete", person, "--receipt", f"{receipt}2", "-c", str(config)))
    assert "consentry people list" in gone


def test_without_the_section_it_says_what_to_add(tmp_path: Path) -> None:
    error = one_error(run("people", "list", "-c", str(configuration(tmp_path, ""))), code=2)
    assert "people: {}" in error
