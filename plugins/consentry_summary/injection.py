"""Finds speech that gives orders to the note taker, so that nothing rests on it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from consentry_summary.sentences import Sentence

_UNSAID = r"(?<!n't )(?<!not )(?<!never )(?<!we )(?<!they )(?<!people )(?<!customers )"
"""People tell of rules being ignored; an order has no subject."""
_RULES = r"(?:instructions?|prompts?|rules|guidelines|directions|commands|orders|constraints)"
_NOTE_TAKER = (
    r"(?:note ?taker|meeting assistant|ai(?: assistant)?|assistant|bot|chat ?bot|chat ?gpt|gpt|"
    r"claude|gemini|copilot|siri|alexa|consentry|language model|llm|summari[sz]er|transcriber|"
    r"assistent|protokollant|sprachmodell|notulist|ki|taalmodel)"
)
_RECORD = (
    r"(?:summary|minutes|protocol|meeting notes|transcript|record|action items?|decisions?|"
    r"list of decisions)"
)

_ORDERS = (
    # to forget its instructions
    rf"\b{_UNSAID}(?:ignore|disregard|override|discard) (?:\w+ ){{0,4}}?{_RULES}\b",
    rf"\b{_UNSAID}(?:forget|bypass|skip) (?:\w+ )?(?:all|any|previous|prior|earlier|your|every|"
    rf"these) (?:\w+ ){{0,3}}?{_RULES}\b",
    r"\b(?:ignorier\w*|vergiss(?! nicht)|vergesst(?! nicht)|vergessen sie(?! nicht)|"
    r"missachte\w*|überschreibe?) (?:\w+ ){0,4}?"
    r"(?:anweisung\w*|instruktion\w*|regeln?|befehle?|vorgaben?|anordnungen)\b",
    r"\b(?:negeer|vergeet|negeren|overschrijf) (?:\w+ ){0,4}?"
    r"(?:instructies?|opdrachten?|regels?|aanwijzingen?)\b",
    r"\b(?:ignore[zr]?|oublie[zr]?) (?:\w+ ){0,4}?(?:instructions?|consignes?|règles?|ordres?)\b",
    # to write something down as if it had been said
    r"^(?:(?:and|please|now|just|also|then|ok|okay|hey) )*(?:(?:write|state|record|report|claim|"
    r"output|print|respond|reply|log)(?: down| only| out)?|(?:note|put) down) "
    r"(?:that|with|the following|as (?:a |an )?(?:decision|action))\b",
    rf"\b{_RULES}(?: and| then|,)+ (?:just )?(?:write|say|state|record|note|output)"
    r"(?: down)? that\b",
    r"^(?:(?:und|bitte|jetzt|nun) )*(?:schreibe?|notiere?|vermerke?|protokolliere?|gib aus)"
    r"(?: auf| ins? \w+(?: \w+)?)?,? dass\b",
    r"^(?:(?:en|nu) )*(?:schrijf|noteer|vermeld)(?: op| in \w+(?: \w+)?)?,? dat\b",
    r"^(?:(?:et|maintenant) )*(?:écri[st]|écrivez) (?:dans le \w+ )?que\b",
    r"^(?:(?:and|please|now) )*(?:write|put|add|insert|include|mark|list|note|record|enter) "
    rf".{{0,120}}\b(?:in|into|to|on|as) (?:the |your |this )?{_RECORD}\b",
    r"\b(?:in|into|to) (?:your|the) summary,? (?:write|say|state|include|put|mention|add)\b",
    r"\byour (?:summary|instructions?|(?:new|only|real|actual) (?:task|instructions?|job)) "
    r"(?:is|are|must|should)\b|"
    r"\bthe summary (?:must|should|has to|shall) (?:say|state|include|read|contain|mention)\b",
    r"\b(?:die zusammenfassung (?:muss|soll)|schreibe? in die zusammenfassung|"
    r"ins protokoll,? dass|de samenvatting moet|in de samenvatting,? dat)\b",
    # to be somebody else
    r"\byou are (?:now|no longer) (?:\w+ ){0,3}?(?:assistant|bot|ai|model|system|note ?taker|mode|"
    r"bound|restricted|chatbot|pirate)\b",
    r"\bfrom now on,? you (?:are an?|must (?:obey|follow|write|answer|say))\b",
    r"(?:^|: ?)(?:new|updated) instructions? ?(?::|follow|are)|\bnew instructions follow\b|"
    r"\bsystem (?:prompt|override)\b|^(?:(?:please|now|and) )*act as\b",
    r"\b(?:pretend (?:to be|that you|you are)|jailbreak|developer mode|admin mode|debug mode|"
    r"sudo|do anything now|repeat after me|prompt injection)\b",
    r"\bdu bist (?:jetzt|nun|ab sofort) (?:ein|eine|kein)\b|"
    r"\bje bent (?:nu|vanaf nu) (?:een|geen)\b|\btu es (?:maintenant|désormais) une?\b",
    # by name
    r"(?:^|[,.!?] ?)(?:(?:hey|hi|hello|dear|hallo|liebe[rs]?|beste|okay|attention|achtung) )*"
    rf"(?:the )?{_NOTE_TAKER}[,:!]? (?:please|bitte|you|don't|ignore|write|schreib\w*|schrijf|add|"
    r"put|delete|mark|note|notiere|say|stop|include|list|record|make|forget|vergiss|assign|remove|"
    r"replace|summari[sz]e|negeer|zet|noteer)\b",
    # in the markup of prompts
    r"\b(?:system|assistant|user|developer) ?: |</?(?:system|user|assistant|instructions?|s)\b|"
    r"\[/?inst|```",
    r"\b(?:end|begin) of (?:the )?(?:transcript|prompt|conversation)\b",
)
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
