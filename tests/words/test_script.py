"""What people read comes from the catalogs: pages and elements hold no words of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import consentry
from consentry.words.catalog import words
from tests.words.script import FILE, script

ROOT = Path(consentry.__file__).parent
TEMPLATES = sorted((ROOT / "web" / "templates").glob("*.html"))
ELEMENTS = [
    FILE.with_name(f"{name}.js") for name in ("badge", "captions", "consent", "say", "withdrawal")
]
NAMES = {"Consentry", "Tab"}
"""What reads the same in every language: ours, and a key of the keyboard."""


def test_the_elements_have_the_words_of_the_catalogs() -> None:
    assert FILE.read_text(encoding="utf-8") == script(), "run python -m tests.words.script"


def read_by_people(template: str) -> str:
    """What is left of a template without what fills it, tags, and what is typed as it is."""
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", template, flags=re.DOTALL)
    text = re.sub(r"<code>.*?</code>", " ", text, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:alt|aria-label|title|placeholder)="([^"]*)"', text)
    return " ".join([*spoken, re.sub(r"<[^>]*>", " ", text)])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_page_holds_no_words_of_its_own(template: Path) -> None:
    found = re.findall(r"[^\W\d_]+", read_by_people(template.read_text(encoding="utf-8")))
    assert set(found) <= NAMES


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda path: path.name)
def test_an_element_holds_no_words_of_its_own(element: Path) -> None:
    code = re.sub(
        r"/\*.*?\*/|(?m:(?<!:)//.*$)", "", element.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    literals = re.findall(r'"([^"\n]*)"|`([^`]*)`', code)
    said = (a or re.sub(r"\$\{.*?\}", "", b) for a, b in literals)
    sentences = {text for text in said if re.search(r"[A-Z][a-z]+|[a-z]+ [a-z]+ [a-z]+", text)}
    assert sentences <= NAMES


COMPOSED = (
    "act.",
    "check_in.by_",
    "command.",
    "dialog.sent_",
    "kind.",
    "page.take_",
    "receipt.",
    "remains.",
    "reply.erased_",
    "status.",
)
"""How keys begin whose rest is the name of an act, a command, a medium, a form or a standing."""


def test_every_sentence_is_used() -> None:
    sources = [p for end in ("py", "js", "html") for p in ROOT.rglob(f"*.{end}") if p != FILE]
    used = "\n".join(path.read_text(encoding="utf-8") for path in sources).replace("`", '"')
    unused = {
        key
        for key in words().texts
        if not key.startswith(COMPOSED)
        and f'"{key}"' not in used.replace("'", '"')
        and f'"{key.partition(".")[2]}"' not in used
    }
    assert unused == set()
