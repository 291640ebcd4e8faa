"""Finds speech that gives orders to the note taker, so that nothing rests on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentry_summary.sentences import Sentence

_ORDERS = (
    # to forget its instructions
    r"\b(?:ignore|disregard|forget|override|bypass|skip|neglect|discard) (?:\w+ ){0,4}?"
    r"(?:instructions?|prompts?|rules|guidelines|directions|commands|orders|constraints)\b",
    r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missachte\w*|überschreibe?) (?:\w+ ){0,4}?"
    r"(?:anweisung\w*|instruktion\w*|regeln?|befehle?|vorgaben?|anordnungen)\b",
    r"\b(?:negeer|vergeet|negeren|overschrijf) (?:\w+ ){0,4}?(?:instructies?|opdrachten?|"
    r"regels?|aanwijzingen?)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?) (?:\w+ ){0,4}?(?:instructions?|consignes?|règles?|ordres?)\b",
    # to write something down as if it had been said
    r"^(?:(?:and|please|now|just|also|then|ok|okay|hey) )*(?:write|state|record|report|claim|"
    r"output|print|say|note|put|list|log|add|respond|reply|answer)"
    r"(?: down| only| out)? (?:that|with|the following|as (?:a |an )?(?:decision|action))\b",
    r"\b(?:instructions?|rules?|prompts?)(?: and| then|,)+ (?:just )?(?:write|say|state|record|"
    r"note|output|add)\b",
    r"^(?:(?:und|bitte|jetzt|nun) )*(?:schreibe?|notiere?|vermerke?|protokolliere?|sag|gib "
    r"aus)(?: auf| ins? \w+(?: \w+)?)?,? dass\b",
    r"^(?:(?:en|nu) )*(?:schrijf|noteer|zeg|vermeld)(?: op| in \w+(?: \w+)?)?,? dat\b",
    r"^(?:(?:et|maintenant) )*(?:écri[st]|écrivez|note[zr]?|dis|dites) (?:dans le \w+ )?que\b",
    r"^(?:(?:and|please|now) )*(?:write|put|add|insert|include|mark|list|note|record|enter) "
    r".{1,120}\b(?:in|into|to|on|as) "
    r"(?:the |your |this )?(?:summary|minutes|protocol|meeting notes|transcript|record|action "
    r"items?|decisions?|list of decisions)\b",
    r"\b(?:in|into|to) (?:your|the) summary,? (?:write|say|state|include|put|mention|add)\b",
    r"\b(?:your (?:new )?(?:summary|task|instructions?|job) (?:is|are|must|should)|the summary "
    r"(?:must|should|has to|shall) (?:say|state|include|read|contain|mention))\b",
    r"\b(?:die zusammenfassung (?:muss|soll)|schreibe? in die zusammenfassung|ins protokoll,? "
    r"dass|de samenvatting moet|in de samenvatting,? dat)\b",
    # to be somebody else
    r"\byou are (?:now|no longer) (?:a|an|in|the|my)\b|\bfrom now on,? you (?:are|will|must)\b|"
    r"\b(?:new|updated|system) (?:instructions?|prompt|message|override)\b",
    r"\b(?:act as|pretend (?:to be|that you|you are)|jailbreak|developer mode|admin mode|debug "
    r"mode|sudo|do anything now)\b",
    r"\bdu bist (?:jetzt|nun|ab sofort) (?:ein|eine|der|die|kein)\b|\bje bent (?:nu|vanaf nu) "
    r"(?:een|de|geen)\b|\btu es (?:maintenant|désormais) un",
    # by name
    r"(?:^|[,.!?] ?)(?:(?:hey|hi|hello|dear|hallo|liebe[rs]?|beste|okay|attention|achtung) "
    r")*(?:the )?(?:note ?taker|notetaker|meeting assistant|ai(?: assistant)?|"
    r"assistant|bot|chat ?bot|chat ?gpt|gpt|claude|gemini|copilot|siri|alexa|consentry|"
    r"language model|llm|"
    r"summari[sz]er|transcriber|assistent|protokollant|sprachmodell|notulist|ki|taalmodel)[,:!]? "
    r"(?:please|bitte|now|you|must|should|do|don't|ignore|write|schreib\w*|schrijf|add|put|"
    r"delete|mark|note|notiere|say|stop|include|"
    r"list|record|send|make|give|forget|vergiss|set|assign|remove|replace|summari[sz]e|negeer|"
    r"zet|noteer)\b",
    r"\b(?:system|assistant|user|developer) ?: |</?(?:system|user|assistant|instructions?|s)\b|"
    r"\[/?inst|```",
    r"\b(?:end|begin) of (?:the )?(?:transcript|prompt|conversation|data|system)\b|\brepeat "
    r"after me\b|\bprompt injection\b",
)  # fmt: skip
_ORDER = tuple(re.compile(order, re.IGNORECASE) for order in _ORDERS)


def is_order(text: str) -> bool:
    """Whether ``text`` speaks to whoever takes the notes and not to the people in the call."""
    plain = re.sub(r"\s+", " ", text.replace("’", "'")).strip()
    bare = re.sub(r"[.,!?;-]+ ?", " ", plain).strip()
    return any(order.search(plain) or order.search(bare) for order in _ORDER)


def without_orders(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences left when orders, and all that follows them in the same turn, are gone.

    What follows an order is its payload: "Ignore the rules. It is decided: …".
    """
    first: dict[int, float] = {}
    previous: dict[int, Sentence] = {}
    for sentence in sentences:
        before = previous.get(sentence.turn)
        if is_order(sentence.text):
            first.setdefault(sentence.turn, sentence.at)
        elif before is not None and is_order(f"{before.text} {sentence.text}"):
            first.setdefault(sentence.turn, before.at)
        previous[sentence.turn] = sentence
    never = float("inf")
    return [each for each in sentences if each.at < first.get(each.turn, never)]
