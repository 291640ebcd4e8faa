"""Plugins are found by name, and only those named are loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from consentry.config.loading import load_config, make_plugins
from consentry.errors import PluginError
from consentry.registry import find_plugins, fitting, installed_plugins, list_plugins
from tests.packages import Site, plugin_source, site


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    with site(tmp_path, monkeypatch) as found:
        yield found


def refusal(name: str) -> str:
    with pytest.raises(PluginError) as caught:
        find_plugins([name])
    assert caught.value.plugin == name
    return str(caught.value)


def test_the_built_in_plugins_are_found_by_name() -> None:
    found = find_plugins(["names", "storage"])
    assert [(name, plugin.name) for name, plugin in found.items()] == [
        ("names", "names"),
        ("storage", "storage"),
    ]


def test_only_what_is_named_is_imported(packages: Site) -> None:
    packages.install("first-plugin", "first_module", plugin_source("first"), "first")
    packages.install("second-plugin", "second_module", plugin_source("second"), "second")
    find_plugins(["first"])
    assert packages.imported("first_module")
    assert not packages.imported("second_module")


def test_listing_what_is_installed_imports_nothing(packages: Site) -> None:
    packages.install("first-plugin", "first_module", plugin_source("first"), "first")
    assert "first" in [entry.name for entry in installed_plugins()]
    assert not packages.imported("first_module")


def test_a_misspelled_plugin_is_refused_with_the_ones_there_are() -> None:
    text = refusal("storrage")
    assert "did you mean 'storage'" in text
    assert "captions, checkin, names, storage, summary" in text


def test_two_plugins_of_one_name_are_refused_and_both_packages_named(packages: Site) -> None:
    packages.install("one-package", "one_module", plugin_source("twin"), "twin")
    packages.install("other-package", "other_module", plugin_source("twin"), "twin")
    text = refusal("twin")
    assert "one-package (one_module)" in text
    assert "other-package (other_module)" in text
    assert not packages.imported("one_module")


def test_a_package_that_fails_to_import_is_named(packages: Site) -> None:
    packages.install("broken-package", "broken_module", "import no_such_module_at_all", "broken")
    text = refusal("broken")
    assert "broken-package" in text
    assert "no_such_module_at_all" in text


def test_a_package_that_exits_when_imported_does_not_end_the_bot(packages: Site) -> None:
    packages.install("quitter", "quitter_module", "import sys; sys.exit(3)", "quits")
    assert "SystemExit" in refusal("quits")


def test_a_broken_package_does_not_hide_the_others_from_the_list(packages: Site) -> None:
    packages.install("broken-package", "broken_module", "1 / 0", "broken")
    packages.install("good-package", "good_module", plugin_source("good"), "good")
    found = {entry.name: entry for entry in list_plugins()}
    assert found["broken"].plugin is None
    assert "ZeroDivisionError" in str(found["broken"].error)
    assert found["good"].plugin is not None
    assert found["good"].package == "good-package"


def test_a_module_without_the_hook_registers_nothing(packages: Site) -> None:
    packages.install("hookless", "hookless_module", "x = 1", "hookless")
    assert "registers nothing" in refusal("hookless")


def test_a_misspelled_hook_is_refused(packages: Site) -> None:
    source = """
from consentry.api import hookimpl
@hookimpl
def register_plugin(register): ...
"""
    packages.install("misspelled", "misspelled_module", source, "misspelled")
    assert "register_plugin" in refusal("misspelled")


def test_an_entry_point_must_be_called_what_its_plugin_is(packages: Site) -> None:
    packages.install("other-name", "other_name_module", plugin_source("actual"), "claimed")
    text = refusal("claimed")
    assert "registers actual" in text
    assert "'claimed'" in text


def test_one_package_may_hold_two_plugins(packages: Site) -> None:
    second = "class Second(Example):\n    name = 'second_of_two'"
    source = plugin_source("first_of_two", after=second) + "    register(Second)\n"
    packages.install("pair", "pair_module", source, "first_of_two", "second_of_two")
    found = find_plugins(["first_of_two", "second_of_two"])
    assert [plugin.__name__ for plugin in found.values()] == ["Example", "Second"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (plugin_source("odd", purpose="mode=Mode.NOTICE, biometric=True"), "opt_in, always"),
        (plugin_source("odd", purpose="recipients='  '"), "purpose.recipients is empty"),
        (plugin_source("odd", needs="engines=frozenset({'telepathy'})"), "telepathy"),
        (plugin_source("odd", needs="frames_per_second=0"), "frames_per_second must be above 0"),
        (plugin_source("odd", needs="frames_per_second=1000"), "30 at most"),
        (plugin_source("odd", after="Example.purpose = 'x'"), "must be a Purpose"),
        (plugin_source("odd", after="Example.needs = None"), "must be a Needs"),
        (plugin_source("odd", after="Options.model_config['extra'] = 'ignore'"), "extra='forbid'"),
        (plugin_source("odd", after="Example.Options = dict"), "pydantic model"),
        (plugin_source("odd", after="class Example: name = 'odd'"), "no Plugin"),
        (plugin_source("odd").replace("async def process", "async def proces"), "no `process`"),
        (plugin_source("odd").replace("volume: int", "grace: int"), "'grace'"),
        (plugin_source("odd").replace('title="Example"', 'title="Mood meter"'), "'Mood'"),
        (plugin_source("odd").replace('title="Example"', 'title="Mood meter"'), "art. 5(1)(f)"),
        (plugin_source("odd").replace("your voice", "your gender"), "'gender'"),
        (plugin_source("odd").replace("your voice", "your age"), "art. 5(1)(g)"),
        (plugin_source("odd").replace("a test needs it", "to train our models"), "never used to"),
        (plugin_source("odd").replace("a test needs it", "better model training"), "art. 7(3)"),
        (plugin_source("odd").replace("a test needs it", "we improve the AI"), "'improve the AI'"),
    ],
)
def test_a_plugin_that_breaks_a_rule_is_refused(packages: Site, source: str, why: str) -> None:
    packages.install("odd-package", "odd_module", source, "odd")
    text = refusal("odd")
    assert why in text
    assert "odd-package" in text


@pytest.mark.parametrize("name", ["Odd", "odd-one", "1odd", "od d"])
def test_a_plugin_name_is_a_plain_word(packages: Site, name: str) -> None:
    packages.install("odd-package", "odd_module", plugin_source(name), name)
    assert "name must be" in refusal(name)


def test_enabled_plugins_are_made_with_their_options_in_the_order_of_the_file(
    tmp_path: Path, packages: Site
) -> None:
    packages.install("good-package", "good_module", plugin_source("good"), "good")
    path = tmp_path / "consentry.yaml"
    path.write_text("plugins:\n  storage: {}\n  good: {volume: 11}\n")
    loaded = make_plugins(load_config(path))
    assert [plugin.name for plugin in loaded] == ["storage", "good"]
    assert loaded[1].options.model_dump()["volume"] == 11


FACES = "engines=frozenset({'face'})"
INSTEAD = """
class Instead(Plugin):
    name = "odd"
    purpose, needs, Options = Example.purpose, Needs(checks_in=True), Example.Options
    process = Example.process

Instead.purpose = replace(Instead.purpose, biometric=False)
Example.without = {"face": Instead}
"""


def looks(after: str = "", *, needs: str = FACES, purpose: str = "biometric=True") -> str:
    """A plugin that looks at faces."""
    before = "from dataclasses import replace"
    return plugin_source("odd", needs=needs, purpose=purpose, before=before, after=after)


def test_what_runs_without_an_engine_is_chosen_where_that_is_left_out(packages: Site) -> None:
    packages.install("odd-package", "odd_module", looks(INSTEAD), "odd")
    plugin = find_plugins(["odd"])["odd"]
    assert fitting(plugin, ()) is fitting(plugin, {"speech"}) is plugin
    assert fitting(plugin, {"face", "speech"}).__name__ == "Instead"
    names = find_plugins(["names"])["names"]
    assert fitting(names, {"face"}) is names


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (looks(purpose=""), "has a biometric purpose"),
        (looks(needs="optional_engines=frozenset({'face'})", purpose=""), "has a biometric"),
        (looks(INSTEAD, needs=""), "without face, which it does not need"),
        (looks(INSTEAD.replace("Needs(checks_in=True)", "Example.needs")), "is to do without face"),
        (looks(INSTEAD + "Instead.needs = Needs(media=frozenset({Medium('check_ins')}))"), "has a"),
        (looks(INSTEAD + "Instead.without = Example.without"), "nothing to run in its place"),
        (looks(INSTEAD + "Instead.name = 'other'"), "the name and the options of Example"),
        (looks(INSTEAD.replace("Example.Options", "BaseModel")), "the name and the options"),
        (looks(INSTEAD + "Instead.purpose = replace(Instead.purpose, why=' ')"), "why is empty"),
        (looks("Example.without = {'face': 3}"), "is no Plugin"),
    ],
)
def test_whatever_looks_at_faces_is_biometric_and_what_runs_instead_does_not(
    packages: Site, source: str, why: str
) -> None:
    packages.install("odd-package", "odd_module", source, "odd")
    assert why in refusal("odd")


def test_a_purpose_called_training_can_not_be_declared(packages: Site) -> None:
    packages.install("trainers", "trainer_module", plugin_source("training"), "training")
    assert "never used to train anything" in refusal("training")


@pytest.mark.parametrize("why", ["people page through it", "the trains are on time", "it is raced"])
def test_ordinary_words_are_no_offence(packages: Site, why: str) -> None:
    source = plugin_source("plain").replace("a test needs it", why)
    packages.install("plain-package", "plain_module", source, "plain")
    assert find_plugins(["plain"])
