"""A file that is no plain YAML mapping is refused, and the refusal says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.config.source import MAX_BYTES, Place, read_source
from consentry.errors import ConfigError


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "consentry.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_source(path)
    return str(caught.value).removeprefix(f"{path}")


def test_every_key_and_value_knows_its_place(tmp_path: Path) -> None:
    source = read_source(written(tmp_path, "call:\n  title: Weekly\n  vocabulary: [a, b]\n"))
    assert source.data == {"call": {"title": "Weekly", "vocabulary": ["a", "b"]}}
    assert source.keys["call", "title"] == Place(2, 3)
    assert source.values["call", "title"] == Place(2, 10)
    assert source.values["call", "vocabulary", 1] == Place(3, 19)


def test_scalars_have_the_types_yaml_gives_them(tmp_path: Path) -> None:
    text = "a: 1\nb: 1.5\nc: true\nd: null\ne: '1'\nf: 2026-06-08\ng: 0x10\nh: =\ni: .inf\n"
    data = read_source(written(tmp_path, text)).data
    assert data == {
        "a": 1,
        "b": 1.5,
        "c": True,
        "d": None,
        "e": "1",
        "f": "2026-06-08",  # a date is text here
        "g": 16,
        "h": "=",
        "i": float("inf"),
    }


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    assert read_source(written(tmp_path, "\ufeffcall: {}\n")).data == {"call": {}}


@pytest.mark.parametrize(
    ("content", "place", "why"),
    [
        ("", "", "is empty"),
        ("# only a comment\n", "", "is empty"),
        ("null\n", ":1:1", "not a list or a single value"),
        ("- captions\n- names\n", ":1:1", "not a list"),
        ("captions\n", ":1:1", "not a list or a single value"),
        ("a: 1\nb: [1\n", ":3:1", "not YAML"),
        ("a: 1\n\tb: 2\n", ":2:1", "not YAML"),
        ("a: {b: 1, b: 2}\n", ":1:11", "a.b: stands here twice; first in line 1"),
        ("a: 1\nb: 2\na: 3\n", ":3:1", "a: stands here twice; first in line 1"),
        ("a: &x [1]\nb: *x\n", ":2:4", "anchors and aliases"),
        ("a: 1\n---\nb: 2\n", ":2:1", "a second document"),
        ("a: !!python/object/apply:os.system ['true']\n", ":1:4", "a tag (!)"),
        ("a: !!binary aGk=\n", ":1:4", "a tag (!)"),
        ("a: !!set {b, c}\n", ":1:4", "a tag (!)"),
        ("a: !!int many\n", ":1:4", "no number"),
        ("1: a\n", ":1:1", "a key must be a word"),
        ("[a, b]: c\n", ":1:1", "a key must be a word"),
        ("no: a\n", ":1:1", "put quotes around it"),
        ("<<: {a: 1}\n", ":1:1", "a key must be a word"),
        (b"a: 1\nb: \xff\xfe\n", ":2:4", "not UTF-8"),
        ("a: \x00\n", "", "a character that YAML does not allow"),
        ("a: " + "[" * 200 + "]" * 200, ":1:15", "nested more than"),
    ],
)
def test_what_is_no_plain_mapping_is_refused_in_its_place(
    tmp_path: Path, content: str | bytes, place: str, why: str
) -> None:
    text = refusal(written(tmp_path, content))
    assert text.startswith(f"{place}: ")
    assert why in text


def test_a_yaml_bomb_is_refused_before_it_goes_off(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    assert "anchors and aliases" in refusal(written(tmp_path, "\n".join(lines)))


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = written(tmp_path, "a: 1\n")
    with path.open("ab") as file:
        file.truncate(MAX_BYTES + 1)
    assert "larger than 1 MiB" in refusal(path)


def test_a_file_that_is_not_there_says_what_to_write(tmp_path: Path) -> None:
    assert "docs/configuration.md" in refusal(tmp_path / "absent.yaml")


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    assert "can't be read" in refusal(tmp_path)


def test_many_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = refusal(written(tmp_path, "a: !x 1\nb: 2\nb: 3\n4: c\n")).splitlines()
    assert [line.split(": ")[0].rsplit(":", 2)[1] for line in lines] == ["1", "3", "4"]


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        data = read_source(path).data
    except ConfigError as exc:
        assert str(exc).startswith(str(path))
    else:
        assert isinstance(data, dict)
