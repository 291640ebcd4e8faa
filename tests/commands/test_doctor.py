"""``consentry doctor`` says what is missing and how to get it."""

from __future__ import annotations

import asyncio
import importlib.util
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from consentry.cli import build
from consentry.commands import machine
from consentry.commands.machine import State
from consentry.config.faces import FaceSection
from consentry.config.people import Chosen, PeopleSection
from consentry.config.sections import (
    CallSection,
    Config,
    RoomSection,
    StorageSection,
    TileSection,
    WebSection,
)
from consentry.store.opening import store_of
from consentry.tile.fonts import Fonts


@pytest.fixture
def taken() -> Iterator[int]:
    """A port something listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def doctor() -> Result:
    return CliRunner().invoke(build(), ["doctor"])


FREE = "room: {port: 0}\nweb: {port: 0}\n"


def test_a_machine_that_has_everything_is_well(folder: Path) -> None:
    (folder / "consentry.yaml").write_text(FREE)
    result = doctor()
    assert result.exit_code == 0, result.output
    assert "ok       configuration consentry.yaml" in result.output
    assert "MISSING" not in result.output


def test_a_configuration_error_is_told_with_its_place(folder: Path) -> None:
    (folder / "consentry.yaml").write_text("room: {port: 0}\nweb: {prot: 1}\n")
    result = doctor()
    assert result.exit_code == 1
    assert "MISSING  configuration consentry.yaml:2:7: web.prot: unknown key" in result.output


def test_a_port_in_use_is_told(folder: Path, taken: int) -> None:
    (folder / "consentry.yaml").write_text(f"room: {{port: {taken}}}\nweb: {{port: 0}}\n")
    result = doctor()
    assert result.exit_code == 1
    assert f"MISSING  port {taken} on 127.0.0.1 (room) -> stop what listens there" in result.output


def test_an_address_of_another_machine_is_told() -> None:
    config = Config(room=RoomSection(host="192.0.2.1", port=0), web=WebSection(port=0))
    room, web = machine.ports(config)
    assert room.state is State.MISSING
    assert "room.host" in room.fix
    assert web.state is State.OK


def test_metrics_take_a_port_only_when_they_are_on() -> None:
    config = Config.model_validate({"room": {"port": 0}, "web": {"port": 0}})
    assert len(list(machine.ports(config))) == 2
    on = config.model_copy(
        update={"metrics": config.metrics.model_copy(update={"enabled": True, "port": 0})}
    )
    assert len(list(machine.ports(on))) == 3


def test_an_old_python_is_told() -> None:
    finding = machine.python_version((3, 10, 4))
    assert finding.state is State.MISSING
    assert finding.text == "Python 3.10.4"
    assert "3.11" in finding.fix


def test_a_missing_package_is_told_with_the_command_that_gets_it() -> None:
    (finding,) = machine.packages(["pyyaml>=6", "no-such-package[x]>=1,<2", "y; extra == 'z'"])
    assert finding.state is State.MISSING
    assert finding.fix == "pip install no-such-package"


def test_a_machine_without_a_network_still_takes_calls_of_its_own() -> None:
    assert machine.network("").state is State.NOTE
    assert machine.network("127.0.0.1").state is State.NOTE
    assert machine.network("192.0.2.7").state is State.OK


def test_without_fonts_the_tile_leaves_something_out() -> None:
    config = Config(tile=TileSection(enabled=True))
    assert list(machine.fonts(Config())) == [], "there is no tile"
    (finding,) = machine.fonts(config, Fonts(folders=()))
    assert finding.state is State.NOTE
    missing = config.model_copy(
        update={"tile": TileSection(enabled=True, font=Path("missing.ttf"))}
    )
    (finding,) = machine.fonts(missing)
    assert finding.state is State.MISSING


def test_a_face_engine_is_looked_at_where_one_is_asked_for(tmp_path: Path) -> None:
    assert list(machine.faces(Config())) == [], "nobody checks in"
    (found,) = machine.faces(Config(face=FaceSection(threads=2)))
    assert (found.state, found.text) == (State.OK, "face engine dlib-resnet")
    (found,) = machine.faces(Config(people=PeopleSection()))
    assert found.state is State.OK
    codes = PeopleSection(ways=[Chosen.PASSKEY, Chosen.PIN])
    assert list(machine.faces(Config(people=codes))) == [], "nobody's face is taken"
    young = Config(people=PeopleSection(), call=CallSection(minors=True))
    assert list(machine.faces(young)) == [], "nor of under-age people"
    (tmp_path / "w.onnx").write_bytes(b"")
    broken = FaceSection(engine="onnx", embedder=tmp_path / "w.onnx")
    (found,) = machine.faces(Config(face=broken))
    assert found.state is State.MISSING
    assert "face.embedder: is no ONNX model" in found.text
    assert "name `people.ways` without `face`" in found.fix


def test_weights_of_an_extra_are_no_fault_and_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "consentry.yaml").write_text(FREE)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec",
        lambda name, *rest: None if name == "face_recognition_models" else found(name, *rest),
    )
    result = doctor()
    assert result.exit_code == 0, result.output
    line = "note     model dlib-resnet (face_embedding) is not installed"
    assert line in result.output
    assert "pip install 'consentry[faces]'" in result.output


def test_a_missing_browser_is_no_fault() -> None:
    finding = machine.browser(("no-such-browser",))
    assert finding.state is State.NOTE
    assert finding.fix == "apt install chromium"


def test_opus_is_found_in_a_package_or_in_the_system() -> None:
    assert machine.opus().state is State.OK


def test_opus_that_is_nowhere_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    assert machine.opus().fix == "apt install libopus0"


@pytest.fixture
def kept(folder: Path) -> Path:
    """The folder of a store that has an item in it."""
    (folder / "consentry.yaml").write_text(f"{FREE}storage: {{directory: data}}\n")

    async def keep() -> None:
        async with store_of(StorageSection(directory=folder / "data")) as store:
            await store.archive("c-1").vault("storage", None).put("a", b"x", frozenset({"ana"}))

    asyncio.run(keep())
    return folder / "data"


def test_a_store_that_is_well_is_told_so_and_where_its_key_lies(kept: Path) -> None:
    result = doctor()
    assert result.exit_code == 0, result.output
    for name in ("consentry.db", "keys.db"):
        assert f"ok       database {kept / name}" in result.output
    assert "store.key: the store's key lies beside what it opens" in result.output
    assert "a copy of people's keys" not in result.output


def test_a_copy_of_the_keys_is_told_wherever_it_lies_in_the_folder(kept: Path) -> None:
    (kept / "old").mkdir()
    shutil.copy(kept / "keys.db", kept / "old" / "keys.db.bak")
    result = doctor()
    assert result.exit_code == 0
    assert f"{kept / 'old' / 'keys.db.bak'}: a copy of people's keys" in result.output


def test_keys_that_are_missing_are_told_before_the_bot_makes_new_ones(kept: Path) -> None:
    (kept / "keys.db").unlink()
    result = doctor()
    assert result.exit_code == 1
    assert "keys.db is missing" in result.output
    assert not (kept / "keys.db").exists()


@pytest.mark.parametrize("name", ["consentry.db", "keys.db"])
def test_a_database_that_is_none_is_told(kept: Path, name: str) -> None:
    (kept / name).write_bytes(b"somebody's notes, more than a hundred bytes of them" * 10)
    result = doctor()
    assert result.exit_code == 1
    assert f"MISSING  database {kept / name}: file is not a database" in result.output


def test_a_store_that_others_can_look_into_is_told(kept: Path) -> None:
    kept.chmod(0o755)
    assert f"chmod 700 {kept}" in doctor().output


def test_the_doctor_makes_no_store(folder: Path) -> None:
    (folder / "consentry.yaml").write_text(f"{FREE}storage: {{directory: data}}\n")
    assert "made when it is first needed" in doctor().output
    assert not (folder / "data").exists()
