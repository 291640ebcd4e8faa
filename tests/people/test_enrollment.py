"""What people may choose from follows from the configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from consentry.config.loading import load_config
from consentry.config.people import Chosen
from consentry.config.sections import Config
from consentry.errors import ConfigError
from consentry.people.enrollment import enrolling
from consentry.store.opening import keys_are_missing, store_of


def configured(folder: Path, text: str) -> Config:
    path = folder / "consentry.yaml"
    path.write_text(text)
    return load_config(path)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("bot: {name: Bot}\n", set()),
        ("people: {}\n", set(Chosen)),
        ("people: {ways: [pin, link]}\n", {Chosen.PIN, Chosen.LINK}),
        ("people: {}\ncall: {minors: true}\n", set(Chosen) - {Chosen.FACE}),
    ],
    ids=["nobody", "everything", "some", "no face where minors are"],
)
def test_what_people_may_choose_from(tmp_path: Path, text: str, chosen: set[Chosen]) -> None:
    assert configured(tmp_path, text).chosen == chosen


@pytest.mark.parametrize("ways", ["[face]", "[face, pin]"])
def test_a_face_takes_a_way_that_opens_it(tmp_path: Path, ways: str) -> None:
    with pytest.raises(ConfigError, match="`passkey` or `link`"):
        configured(tmp_path, f"people: {{ways: {ways}}}\n")


async def test_without_an_engine_nobody_is_asked_for_their_face(tmp_path: Path) -> None:
    config = configured(tmp_path, "people: {}\ncontroller: {name: Example e.V.}\n")
    async with store_of(config.storage) as store, enrolling(config, store, None, None) as enrolled:
        assert enrolled.photos is None and Chosen.FACE not in enrolled.allowed
        assert enrolled.organization == "Example e.V."


async def test_lost_keys_of_people_are_noticed(tmp_path: Path) -> None:
    config = configured(tmp_path, "people: {}\n")
    async with store_of(config.storage) as store, enrolling(config, store, None, None) as enrolled:
        await enrolled.people.invite("Ana")
    assert not keys_are_missing(config.storage)
    (config.storage.directory / "keys.db").unlink()
    assert keys_are_missing(config.storage)
