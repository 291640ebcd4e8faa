"""What the self-hoster writes becomes a Config, or a list of what to change."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked
from pydantic import ValidationError

from consentry.config.loading import load_config, make_plugins
from consentry.config.sections import Config
from consentry.errors import ConfigError
from consentry.plugin import Mode, Needs
from consentry_checkin import CheckInByCode, CheckInByFace
from tests.packages import Site, plugin_source, site


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with site(tmp_path, monkeypatch) as found:
        face = plugin_source("face", purpose="biometric=True")
        found.install("face-plugin", "face_module", face, "face")
        yield found


class Folder:
    """Where consentry.yaml is."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "consentry.yaml"

    def config(self, text: str, **environment: str) -> Config:
        self.path.write_text(text)
        return load_config(self.path, environment=environment)

    def refusal(self, text: str, **environment: str) -> list[str]:
        """The lines of the error, without the name of the file."""
        with pytest.raises(ConfigError) as caught:
            self.config(text, **environment)
        return [line.removeprefix(f"{self.path}:") for line in str(caught.value).splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_nothing_runs_that_is_not_named(folder: Folder) -> None:
    assert folder.config("plugins:\n").plugins == {}
    assert list(folder.config("plugins: {names: }\n").plugins) == ["names"]


def test_a_plugin_starts_with_what_it_proposes_and_that_is_to_ask(folder: Folder) -> None:
    plugins = folder.config("plugins: {names: {}, storage: {}}").plugins
    assert plugins["names"].mode is Mode.OPT_IN
    assert plugins["names"].grace == 10
    assert plugins["storage"].mode is Mode.OPT_IN


def test_the_self_hoster_may_relax_what_a_plugin_proposes(folder: Folder) -> None:
    text = "plugins: {names: {mode: notice}, storage: {mode: notice, grace: 30}}"
    plugins = folder.config(text).plugins
    assert (plugins["names"].mode, plugins["names"].grace) == (Mode.NOTICE, 10)
    assert (plugins["storage"].mode, plugins["storage"].grace) == (Mode.NOTICE, 30)


def test_a_plugin_gets_its_options_checked_by_its_own_model(folder: Folder) -> None:
    options = folder.config("plugins: {names: {hangover: 1}}").plugins["names"].options
    assert options.model_dump()["hangover"] == 1
    assert folder.refusal("plugins:\n  names:\n    hangover: long\n") == [
        "3:15: plugins.names.hangover: found 'long', must be a number"
    ]


def test_a_configuration_never_changes(folder: Folder) -> None:
    config = folder.config("call: {title: Weekly}")
    with pytest.raises(ValidationError):
        config.call.title = "Other"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "call:\n  titel: x\n",
            "2:3: call.titel: unknown key (did you mean 'title'?); "
            "known here: language, minors, title, vocabulary",
        ),
        (
            "plugin: {}\n",
            "1:1: plugin: unknown key (did you mean 'plugins'?); known here: bot, call, "
            "controller, face, kiosk, language_model, ledger, metrics, people, plugins, room, "
            "speech, stack, storage, tile, tracing, web",
        ),
        (
            "plugins:\n  caption: {}\n",
            "2:3: plugins.caption: is not installed (did you mean 'captions'?); "
            "installed are captions, checkin, face, names, storage, summary",
        ),
        (
            "plugins:\n  names: {graze: 4}\n",
            "2:11: plugins.names.graze: unknown key (did you mean 'grace'?); "
            "known here: grace, hangover, mode, onset, threshold",
        ),
        (
            "plugins: {names: {mode: always}}",
            "1:25: plugins.names.mode: found 'always', must be one of 'opt_in' or 'notice'",
        ),
        (
            "plugins: {names: {grace: 2.9}}",
            "1:26: plugins.names.grace: found 2.9, must be at least 3",
        ),
        (
            "plugins: {names: true}",
            "1:18: plugins.names: found true, must be a section of options; "
            "naming a plugin turns it on, leaving it out turns it off",
        ),
        (
            "plugins: [names]",
            "1:10: plugins: found a list, must be a section of names, such as `captions: {}`",
        ),
        (
            "plugins: {checkin: {}}",
            "1:11: plugins.checkin: needs people who enroll; add a `people:` section",
        ),
        (
            "plugins: {checkin: {}}\ncall: {minors: true}",
            "1:11: plugins.checkin: needs people who enroll; add a `people:` section",
        ),
        (
            "plugins: {checkin: {mode: notice}}\npeople: {}",
            "1:27: plugins.checkin.mode: found 'notice', must be opt_in: it tells people by their "
            "body, and that takes everyone's own yes (GDPR art. 9)",
        ),
        ("call: 3", "1:7: call: found 3, must be a section with keys of its own"),
        ("call: {title: ''}", "1:15: call.title: must be 1 or more characters long"),
        (
            "call: {language: no}",
            "1:18: call.language: found false, must be text; put it in quotes",
        ),
        (
            "call: {language: English}",
            "1:18: call.language: must be a language code such as en, nl or pt-BR (BCP 47)",
        ),
        ("room: {port: 70000}", "1:14: room.port: found 70000, must be at most 65535"),
        ("room: {port: http}", "1:14: room.port: found 'http', must be a whole number"),
        (
            "speech: {model: large}",
            "1:17: speech.model: found 'large', must be one of 'base' or 'tiny.en'",
        ),
        (
            "web: {public_url: meet.example.org}",
            "1:19: web.public_url: must start with https:// (or http://) and name a host",
        ),
        (
            "web: {public_url: 'https://me:pw@example.org'}",
            "1:19: web.public_url: must hold no user name or password",
        ),
        ("language_model: {model: m}", "1:1: language_model.base_url: is missing"),
        (
            "language_model:\n  base_url: http://[::1/v1\n  model: m\n",
            "2:13: language_model.base_url: must start with https:// (or http://) and name a host",
        ),
        ("web: {port: 8080}", "1:13: web.port: room and web both listen on port 8080; change one"),
        ("speech: {threads: .inf}", "1:19: speech.threads: found inf, must be a finite number"),
        ("call: {title: [a]}", "1:15: call.title: found a list, must be text; put it in quotes"),
    ],
)
def test_a_fault_is_told_with_its_place_and_what_to_write(
    folder: Folder, packages: Site, text: str, line: str
) -> None:
    assert folder.refusal(text) == [line]


def test_all_faults_are_told_at_once(folder: Folder) -> None:
    text = "plugins:\n  nams: {}\n  names: {grace: 1}\ncall: {minors: maybe}\nrooms: {}\n"
    assert [line.split(" ")[1] for line in folder.refusal(text)] == [
        "plugins.nams:",
        "plugins.names.grace:",
        "call.minors:",
        "rooms:",
    ]


def test_a_biometric_plugin_can_not_be_made_to_run_on_notice(
    folder: Folder, packages: Site
) -> None:
    assert folder.config("plugins: {face: {}}").plugins["face"].mode is Mode.OPT_IN
    (line,) = folder.refusal("plugins:\n  face:\n    mode: notice\n")
    assert line.startswith("3:11: plugins.face.mode: found 'notice', must be opt_in")
    assert "GDPR art. 9" in line


def test_with_minors_in_the_call_biometric_plugins_are_refused(
    folder: Folder, packages: Site
) -> None:
    (line,) = folder.refusal("call: {minors: true}\nplugins:\n  names: {}\n  face: {}\n")
    assert line.startswith("4:3: plugins.face: is biometric, and call.minors")


NO_FACES = ["people: {ways: [passkey, pin, link]}", "people: {}\ncall: {minors: true}"]


@pytest.mark.parametrize("chosen", NO_FACES)
def test_where_nobody_may_choose_their_face_people_check_in_by_code(
    folder: Folder, chosen: str
) -> None:
    config = folder.config(f"plugins: {{checkin: {{assurance_to_owner: true}}}}\n{chosen}\n")
    (plugin,) = make_plugins(config)
    assert isinstance(plugin, CheckInByCode)
    assert plugin.needs == Needs(checks_in=True, tells_assurance=True)
    assert not plugin.purpose.biometric
    assert config.plugins["checkin"].mode is Mode.NOTICE
    asking = folder.config(f"plugins: {{checkin: {{mode: opt_in}}}}\n{chosen}\n")
    assert asking.plugins["checkin"].mode is Mode.OPT_IN


def test_where_people_may_choose_their_face_it_is_looked_at(folder: Folder) -> None:
    (plugin,) = make_plugins(
        folder.config("plugins: {checkin: {}}\npeople: {ways: [face, link]}\n")
    )
    assert isinstance(plugin, CheckInByFace) and plugin.purpose.biometric


@pytest.mark.parametrize("people", ["", "people: {ways: [pin]}\n"])
def test_a_plugin_that_cannot_do_without_faces_asks_for_them(
    folder: Folder, packages: Site, people: str
) -> None:
    needs = "engines=frozenset({'face'})"
    source = plugin_source("looks", purpose="biometric=True", needs=needs)
    packages.install("looks", "looks_module", source, "looks")
    (line,) = folder.refusal(f"plugins: {{looks: {{}}}}\n{people}")
    assert line.endswith("add a `people:` section, with `face` in `ways`")


def test_a_plugin_that_needs_a_language_model_asks_for_its_section(
    folder: Folder, packages: Site
) -> None:
    needs = "engines=frozenset({'language_model'})"
    packages.install("writer", "writer_module", plugin_source("writer", needs=needs), "writer")
    (line,) = folder.refusal("plugins: {writer: {}}")
    assert "add a `language_model:` section" in line
    endpoint = "language_model: {base_url: 'http://localhost:11434/v1/', model: m}"
    config = folder.config(f"plugins: {{writer: {{}}}}\n{endpoint}\n")
    assert config.language_model is not None
    assert config.language_model.base_url == "http://localhost:11434/v1"


def test_a_plugin_that_fails_to_load_is_a_fault_of_the_line_that_names_it(
    folder: Folder, packages: Site
) -> None:
    packages.install("broken", "broken_module", "import nothing_of_that_name", "broken")
    (line,) = folder.refusal("plugins:\n  broken: {}\n")
    assert line.startswith("2:3: plugins.broken: package broken fails to load")


def test_a_relative_folder_starts_where_the_file_is(folder: Folder) -> None:
    config = folder.config("storage: {directory: kept}")
    assert config.storage.directory == folder.path.parent / "kept"
    assert folder.config("plugins:\n").storage.directory == folder.path.parent / "consentry-data"
    assert folder.config("tile: {font: my.ttf}").tile.font == folder.path.parent / "my.ttf"


class Drawer(KeyringBackend):
    """A keyring in memory, with one service that is locked."""

    priority = 1

    def __init__(self) -> None:
        self._secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked("hunter2")
        return self._secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._secrets[service, username] = password


class TestSecrets:
    TEXT = "language_model:\n  base_url: https://llm.example.org/v1\n  model: m\n  api_key: {}\n"

    def key(self, config: Config) -> str:
        assert config.language_model is not None
        assert config.language_model.api_key is not None
        return config.language_model.api_key.get_secret_value()

    def test_come_from_the_environment(self, folder: Folder) -> None:
        config = folder.config(self.TEXT.format("${env:LLM_KEY}"), LLM_KEY="hunter2")
        assert self.key(config) == "hunter2"

    def test_come_from_a_file_beside_the_configuration(self, folder: Folder) -> None:
        (folder.path.parent / "key").write_text("hunter2\n")
        assert self.key(folder.config(self.TEXT.format("${file:key}"))) == "hunter2"

    @pytest.fixture
    def keys(self) -> Iterator[KeyringBackend]:
        before = keyring.get_keyring()
        keyring.set_keyring(Drawer())
        yield keyring.get_keyring()
        keyring.set_keyring(before)

    def test_come_from_the_keyring(self, folder: Folder, keys: KeyringBackend) -> None:
        keys.set_password("consentry/home", "llm", "hunter2")
        config = folder.config(self.TEXT.format("${keyring:consentry/home/llm}"))
        assert self.key(config) == "hunter2"

    def test_from_a_keyring_take_its_package(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "keyring", None)
        (line,) = folder.refusal(self.TEXT.format("${keyring:consentry/llm}"))
        assert "pip install 'consentry[keyring]'" in line

    def test_are_never_shown(self, folder: Folder) -> None:
        config = folder.config(self.TEXT.format("${env:LLM_KEY}"), LLM_KEY="hunter2")
        assert "hunter2" not in f"{config!r} {config} {config.model_dump_json()}"

    def test_are_refused_when_they_stand_in_the_file(self, folder: Folder) -> None:
        (line,) = folder.refusal(self.TEXT.format("sk-hunter2"))
        assert line.startswith("4:12: language_model.api_key: a secret must not stand in this file")
        assert "hunter2" not in line

    def test_are_refused_even_as_a_number(self, folder: Folder) -> None:
        (line,) = folder.refusal(self.TEXT.format("1234567"))
        assert "must not stand" in line
        assert "1234567" not in line

    @pytest.mark.parametrize(
        ("reference", "why"),
        [
            ("${env:ABSENT}", "environment variable ABSENT is not set"),
            ("${env:BLANK}", "environment variable BLANK is empty"),
            ("${file:absent}", "absent can't be read"),
            ("${file:binary}", "binary is not UTF-8"),
            ("${file:huge}", "huge is too large"),
            ("${ENV:LLM_KEY}", "must not stand in this file"),
            ("${keyring:consentry/absent}", "nothing for absent of consentry"),
            ("${keyring:consentry}", "${keyring:service/user}"),
            ("${keyring:locked/llm}", "can't be read (KeyringLocked)"),
        ],
    )
    @pytest.mark.usefixtures("keys")
    def test_that_can_not_be_had_are_named(self, folder: Folder, reference: str, why: str) -> None:
        (folder.path.parent / "binary").write_bytes(b"\xff\xfe")
        (folder.path.parent / "huge").write_bytes(b"a" * 70_000)
        (line,) = folder.refusal(self.TEXT.format(reference), BLANK=" ")
        assert line.startswith("4:12: language_model.api_key: ")
        assert why in line

    def test_are_not_read_where_no_secret_belongs(self, folder: Folder) -> None:
        (line,) = folder.refusal("call: {title: '${env:HOME}'}", HOME="/root")
        assert line.startswith("1:15: call.title: only a secret is read by reference")

    def test_of_a_plugin_are_read_the_same_way(self, folder: Folder, packages: Site) -> None:
        enabled = folder.config("plugins: {face: {key: '${env:K}'}}", K="hunter2").plugins["face"]
        assert enabled.options.model_dump()["key"].get_secret_value() == "hunter2"
        (line,) = folder.refusal("plugins: {face: {key: hunter2}}")
        assert "must not stand in this file" in line
        assert "hunter2" not in line
