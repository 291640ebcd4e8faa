"""German and Dutch promises: "Ich schicke dem Kunden morgen eine Nachricht"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from consentry_summary import dutch, german
from consentry_summary.due import Due

_TALK = re.compile(
    r"\b(?:mache mir|mach mir|kurz (?:etwas|was|den|die|zeigen|erklären|sagen)|anfangen|"
    r"beginnen|mache den anfang|fange an|"
    r"teile meinen bildschirm|deel mijn scherm|bildschirm teilen|scherm delen|vorstellen|frage "
    r"mich|vraag me af|"
    r"fasse mich|mache es kurz|mach es kurz|hou het kort|maak het kort|maak me (?:geen "
    r")?zorgen|neme an|nehme an|neem aan|"
    r"stelle (?:mich|fest|mir|eine frage|kurz)|stel (?:vast|me|voor|een vraag)|gebe (?:zu|dir "
    r"recht|ihnen recht|das wort|weiter an)|geef (?:toe|je gelijk|het woord)|"
    r"finde|vind|sehe (?:das|keine|kein|ein)|spreche (?:lauter|leiser)|kijk ernaar uit|setze "
    r"(?:auf|voraus)|schließe mich|"
    r"lege wert|teile (?:die|deine|ihre) (?:meinung|sorge)|deel (?:die|je) (?:mening|zorg)|"
    r"mache mit|doe mee|mache jetzt schluss|"
    r"trage vor|zeigen|erklären|erzählen|(?<!bescheid )(?<!ab)(?<!zu)sagen|laten zien|"
    r"uitleggen|vertellen|zeggen|sein|"
    r"haben|zijn|hebben|vermissen|missen)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"\b(?:stel (?:voor|vast)|stelle fest|mache mir|maak me|frage mich|vraag me af|nehme an|"
    r"neem aan|"
    r"finde(?!.* (?:heraus|raus)\b)|sage?(?!.* (?:bescheid|ab|zu)\b)(?= )|vind(?!.* uit\b)|"
    r"gehe davon aus|ga ervan uit|"
    r"setze auf|lege wert)\b",
    re.IGNORECASE,
)
"""Said of what the speaker thinks, whatever day it names."""
_HABIT = re.compile(
    r"\b(?:immer|jeden|jede|normalerweise|oft|altijd|elke|vaak|iedere)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language whose finite verb stands second and whose infinitive stands last."""

    person: str
    verbs: Mapping[str, str]
    """First person singular, present, to infinitive."""
    others: Mapping[str, str]
    """Third person singular, present, to infinitive."""
    modals: str
    weak_modals: str
    third_modals: str
    prefixes: frozenset[str]
    """Of separable verbs."""
    infinitive: str
    """How an infinitive ends."""


@cache
def grammar(language: str) -> Grammar:
    """Of ``de`` or ``nl``."""
    return _german() if language == "de" else _dutch()


def _german() -> Grammar:
    verbs, others = {}, dict(german.THIRD_PERSON)
    for infinitive in german.VERBS.split():
        stem = infinitive[:-2] if infinitive.endswith("en") else infinitive[:-1]
        verbs[german.FIRST_PERSON.get(infinitive, f"{stem}e")] = infinitive
        if len(stem) > 3 and not stem.endswith(("d", "t")):
            verbs[stem] = infinitive
        others[f"{stem}et" if stem.endswith(("d", "t", "chn", "ffn")) else f"{stem}t"] = infinitive
    third = r"(?:wird|soll|muss|kann)"
    return Grammar(
        german.PERSON, verbs, others, german.MODALS, german.WEAK_MODALS, third, german.PREFIXES,
        r"(?:en|ern|eln)$",
    )  # fmt: skip


def _dutch() -> Grammar:
    others = {
        (first if first.endswith("t") else f"{first}t"): infinitive
        for first, infinitive in dutch.FIRST_PERSON.items()
    }
    third = r"(?:zal|gaat|moet|kan)"
    return Grammar(
        dutch.PERSON, dutch.FIRST_PERSON, others, dutch.MODALS, dutch.WEAK_MODALS, third,
        dutch.PREFIXES, r"(?:en|aan|oen|ien)$",
    )  # fmt: skip


def promised(text: str, language: str, due: Due | None) -> str | None:
    """What the speaker takes on, ending in the infinitive, or ``None``."""
    rules = grammar(language)
    if _OPINION.search(text) or _TALK.search(text) and due is None:
        return None
    verbs = "|".join(sorted(rules.verbs, key=len, reverse=True))
    person = rules.person
    if match := re.search(
        rf"\b(?:{person} (?P<a>{rules.modals})|(?P<b>{rules.modals}) {person})\b",
        text,
        re.IGNORECASE,
    ):
        modal = match["a"] or match["b"]
        weak = re.fullmatch(rules.weak_modals, modal, re.IGNORECASE) is not None
        return None if weak and due is None else _with_modal(text, match, rules)
    match = re.search(
        rf"\b(?:{person} (?P<a>{verbs})|(?P<b>{verbs}) {person})\b", text, re.IGNORECASE
    )
    if match is None:
        return _misheard(text, rules) if due is not None else None
    return _finite(text, match, rules.verbs, rules)


def by_another(text: str, name: str, language: str) -> str | None:
    """What ``name`` is said to take on."""
    rules = grammar(language)
    if match := re.search(rf"\b{re.escape(name)} (?P<a>{rules.third_modals})\b", text):
        return _with_modal(text, match, rules)
    verbs = "|".join(sorted(rules.others, key=len, reverse=True))
    match = re.search(rf"\b{re.escape(name)} (?P<a>{verbs})\b(?P<b>)", text)
    return _finite(text, match, rules.others, rules) if match else None


def asked_directly(text: str, language: str) -> str | None:
    """The task in "Schickst du mir die Zahlen?" or "Stuur je mij de lijst?"."""
    rules = grammar(language)
    if language == "de":
        match = re.search(r"\b(?P<verb>\w{3,}?)s?t du (?P<rest>.+)", text, re.IGNORECASE)
        stem = match["verb"].lower() if match else ""
        verb = rules.verbs.get(f"{stem}e") or rules.verbs.get(stem)
    else:
        match = re.search(r"\b(?P<verb>\w{3,}) (?:jij|je) (?P<rest>.+)", text, re.IGNORECASE)
        verb = rules.verbs.get(match["verb"].lower()) if match else None
    if match is None or verb is None or _TALK.search(text):
        return None
    rest = re.sub(r"\b(?:bitte|alsjeblieft|noch|nog|mal|even) ", "", match["rest"]).strip(" ?.!")
    return _closed(rest, verb, rules) if len(rest.split()) > 1 else None


def requested(what: str, language: str) -> str | None:
    """The task in "Könntest du …": it ends in an infinitive."""
    plain = re.sub(r"[.?!,]+$", "", what).strip()
    ending = re.search(grammar(language).infinitive, plain)
    return plain if ending and len(plain.split()) > 1 and not _TALK.search(plain) else None


def _with_modal(text: str, match: re.Match[str], rules: Grammar) -> str | None:
    rest = _around(text, match)
    words = re.findall(r"[^\W_]+", rest)
    if len(words) < 2 or _HABIT.search(rest) or _TALK.search(rest):
        return None
    return rest if any(re.search(rules.infinitive, word) for word in words[-4:]) else None


def _finite(
    text: str, match: re.Match[str], verbs: Mapping[str, str], rules: Grammar
) -> str | None:
    rest = _around(text, match)
    if _HABIT.search(rest) or not rest:
        return None
    verb = verbs[(match["a"] or match["b"]).lower()]
    first, *others = re.split(r" (?:und|en) (?:dann )?", rest)
    return " und ".join(
        [_closed(first, verb, rules), *(_further(each, verbs, rules) for each in others)]
    ).replace(" und ", " en " if rules.person == "ik" else " und ")


def _closed(clause: str, verb: str, rules: Grammar) -> str:
    """The clause with its verb at the end; a separated prefix goes back to the verb."""
    plain = clause.strip(" ,.")
    words = plain.split()
    if len(words) > 1 and words[-1].lower() in rules.prefixes:
        return " ".join([*words[:-1], f"{words[-1].lower()}{verb}"])
    if (
        words
        and re.fullmatch(rules.infinitive.replace("$", ""), words[-1][-2:])
        and words[-1] == verb
    ):
        return plain
    return f"{plain} {verb}"


def _further(clause: str, verbs: Mapping[str, str], rules: Grammar) -> str:
    first, _, rest = clause.partition(" ")
    infinitive = verbs.get(first.lower())
    return _closed(rest, infinitive, rules) if infinitive and rest else clause.strip(" ,.")


def _around(text: str, match: re.Match[str]) -> str:
    """The clause without its subject and finite verb."""
    before, after = text[: match.start()].strip(" ,"), text[match.end() :].strip(" ,.!")
    before = re.sub(r"^.*[,;:] ", "", before)
    return re.sub(r"\s+", " ", f"{after} {before}" if before else after).strip()


def _misheard(text: str, rules: Grammar) -> str | None:
    """A verb a recognizer spelt by ear ("schreef" for "schrijf"), believed next to a deadline."""
    heard = {_by_ear(first): first for first in rules.verbs}
    for match in re.finditer(rf"\b{rules.person} (?P<word>\w{{4,}})\b", text, re.IGNORECASE):
        first = heard.get(_by_ear(match["word"].lower()))
        if first is not None:
            repaired = f"{text[: match.start()]}{rules.person} {first}{text[match.end() :]}"
            again = re.search(rf"\b{rules.person} (?P<a>{first})\b(?P<b>)", repaired, re.IGNORECASE)
            return _finite(repaired, again, rules.verbs, rules) if again else None
    return None


def _by_ear(word: str) -> str:
    folded = re.sub(r"ij|[aeiouyäöüé]+", "@", word)
    return re.sub(r"(\w)\1", r"\1", folded)
