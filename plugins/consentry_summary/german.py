"""German: cues and verbs."""

from __future__ import annotations

from consentry_summary.phrases import Phrases, word_set

VERBS = (
    "schicken senden schreiben machen erstellen bereiten rufen bestellen buchen reservieren "
    "prüfen klären "
    "fragen organisieren kümmern übernehmen besorgen kaufen melden sprechen reden testen "
    "korrigieren "
    "aktualisieren überarbeiten entwerfen planen laden holen bringen liefern geben leiten "
    "informieren "
    "suchen finden recherchieren verschicken versenden tragen setzen stellen räumen bauen "
    "reparieren beheben "
    "drucken übersetzen sammeln rechnen berechnen vereinbaren kontaktieren sehen schauen "
    "nehmen unterschreiben "
    "legen fügen ändern löschen installieren dokumentieren überprüfen bezahlen koordinieren "
    "verteilen "
    "verbessern ergänzen schließen richten zeichnen gestalten veröffentlichen teilen führen "
    "einladen "
    "anrufen vorbereiten nachfragen fertigstellen bestätigen kündigen reichen backen kochen "
    "mieten messen "
    "hängen streichen putzen reinigen protokollieren formulieren programmieren beantragen abklären "
    "abholen mitbringen verschieben erledigen untersuchen analysieren besprechen anfragen mailen "
    "weiterleiten heraussuchen herausfinden zusammenstellen einrichten aufsetzen antworten "
    "beantworten pflegen "
    "freischalten sagen schulen verhandeln tauschen austauschen beauftragen begleichen "
    "überweisen absagen"
)
FIRST_PERSON = {"sammeln": "sammle", "verhandeln": "verhandle", "ändern": "ändere"}
THIRD_PERSON = {
    "übernimmt": "übernehmen",
    "lädt": "laden",
    "gibt": "geben",
    "spricht": "sprechen",
    "sieht": "sehen",
    "nimmt": "nehmen",
    "trägt": "tragen",
    "entwirft": "entwerfen",
}
PREFIXES = word_set(
    "an vor ein aus ab auf weiter nach heraus raus zu mit fertig hinzu durch um zusammen bei los "
    "zurück wieder frei vorbei rein hoch herum dazu nieder"
)
MODALS = r"(?:werde|kann|könnte|will|möchte|darf|würde|muss)"
WEAK_MODALS = r"(?:muss|möchte|will|könnte|würde)"
PERSON = "ich"

PHRASES = Phrases(
    openers=(
        r"(?:(?:okay|ok|also|gut|und|aber|dann|ja|na|genau|super|prima|klar|gerne|gern|perfekt|"
        r"wunderbar|schön|alles klar|einverstanden|nein|danke|vielen dank|sehr gut|kein problem|so|"
        r"in ordnung|natürlich|guter punkt|hallo|eine frage noch|noch eine frage)\b[ ,.!:;-]*)+"
    ),
    fillers=r"(?:,\s*)?\b(?:äh|ähm|hm|hmm|halt|sozusagen)\b(?:\s*,)?",
    starters=(
        r"(?:,\s*|\s+)(?=(?:(?:und|aber|dann|also|gut|ja)[ ,]+)*(?:ich (?:werde|schicke|"
        r"schreibe|mache|"
        r"übernehme|kümmere|bestelle|buche|rufe|kläre|prüfe)|wir haben (?:also "
        r")?(?:entschieden|beschlossen)|"
        r"offen ist|wer (?:kann|macht|könnte)|vielen dank|das (?:mache|übernehme) ich)\b)"
    ),
    subordinators=(
        r"\b(?:wenn|falls|ob|dass|was|wer|weil|sagte|sagt|gesagt|meinte|vielleicht|offen ist noch|"
        r"nicht|frage|sobald|oder)(?: (?:ich|wir|er|sie))?,?(?: \w+){0,5},?$"
    ),
    accept=(
        r"^(?:(?:äh|ähm|okay|ok|gut|na|oh|und)[ ,.!]+)*(?:ja|jo|klar|gerne|gern|natürlich|"
        r"selbstverständlich|okay|kein problem|mache ich|mach ich|das mache ich|das kann ich|"
        r"kann ich|"
        r"alles klar|in ordnung|sicher|übernehme ich|das übernehme ich|ich mache|einverstanden|"
        r"ich kann|ich übernehme|wird gemacht|erledige ich|geht klar)\b"
    ),
    refuse=(
        r"\b(?:kann ich (?:leider )?nicht|ich kann (?:das )?(?:leider )?nicht|leider nicht|"
        r"leider|schaffe ich nicht|"
        r"ich schaffe (?:das|es) nicht|tut mir leid|keine zeit|geht nicht|das geht bei mir "
        r"nicht|lieber nicht)\b|^nein\b"
    ),
    pointer=(
        r"\b(?:(?:das |gerne |gern )?(?:mache|mach|übernehme|erledige|kläre|organisiere|regle) "
        r"ich(?: das| es)?(?: gerne| gern)?|"
        r"ich (?:mache|mach|übernehme|erledige|kläre|organisiere|regle) (?:das|es)|ich kümmere "
        r"mich darum|darum kümmere ich mich|"
        r"(?:das )?kann ich (?:gerne |gern )?(?:machen|übernehmen|erledigen)|ich kann das "
        r"(?:gerne |gern )?(?:machen|übernehmen|erledigen)|wird gemacht|geht klar|das nehme "
        r"ich)\b"
    ),
    blocked=(
        r"\b(?:wenn|falls|vielleicht|eventuell|hätte|normalerweise|immer|meistens|gestern|"
        r"letzte|letzten|vorgestern|"
        r"gerade|seit|frage mich|sorgen|nicht|nie|niemals|kein|keine|keinen|spaß|scherz|er "
        r"sagte|sie sagte|hat gesagt|"
        r"meinte|angeblich|schon|bereits|eigentlich|irgendwann|ob ich|täglich|jeden (?:tag|"
        r"montag|freitag)|kurz etwas|den anfang)\b"
    ),
    retracted=(
        r"\b(?:war (?:nur )?(?:ein|'n)? ?(?:scherz|spaß|witz)|kleiner scherz|nur spaß|vergiss "
        r"es|vergesst (?:es|das)|"
        r"nein,? doch nicht|ich nehme das zurück|streich das|doch nicht)\b"
    ),
    request=r"\b(?:bitte(?! sehr| schön)) (?P<what>.+)",
    mild_request=(
        r"\b(?:(?:kannst|könntest|würdest|magst|willst) du|(?:können|könnten|würden) sie|könnt "
        r"ihr) "
        r"(?:bitte |mal |vielleicht |noch |auch )*(?P<what>.+)"
    ),
    need=(
        r"\b(?:wer (?:kann|könnte|möchte|will|würde|wird)|(?:kann|könnte|würde) (?:jemand|"
        r"einer|irgendjemand)|"
        r"(?:jemand|einer) (?:muss|müsste|sollte|soll)|(?:wir|man) (?:müssen|müssten|sollten|"
        r"brauchen|muss|sollte)) "
        r"(?:noch |auch |bitte |unbedingt )*(?P<what>.+)|"
        r"(?P<passive>\b(?:die|der|das|den) [\w -]+ (?:muss|müssen|sollte|sollten) (?:noch |"
        r"auch )*.+(?:werden))"
    ),
    plan=r"\b(?:ich muss|muss ich) (?:noch |auch )*(?P<what>.+)",
    topic=(
        r"\b(?:was ist mit|wie sieht es mit|wer (?:macht|übernimmt|kümmert sich um)|fehlt noch|"
        r"es fehlt noch) (?P<what>(?:der|die|das|den|dem|ein|eine|einen) .+?)(?: aus)?$"
    ),
    offer=r"\b(?:soll ich) (?P<what>.+)",
    decided=(
        r"(?:\bwir (?:haben|hatten) (?:also |jetzt |nun |damit |uns |heute |gemeinsam "
        r")*(?:entschieden|beschlossen|vereinbart|festgelegt|geeinigt|darauf geeinigt)(?: "
        r"auf)?|"
        r"\bwir haben uns (?:also |jetzt |nun |damit )*(?:auf|für|darauf)|"
        r"\bwir (?:entscheiden uns|beschließen|einigen uns(?: darauf| auf)?|legen fest|"
        r"vereinbaren|halten fest)(?: also| jetzt| hiermit)*(?: für)?|"
        r"\b(?:die|unsere) (?:entscheidung|einigung)(?: ist| lautet|:)|\b(?:der )?beschluss(?: "
        r"ist| lautet|:)|\bbeschlossen:|"
        r"\b(?:es bleibt|dann bleibt es|bleiben wir) (?:also )?(?:bei|dabei)|\bdann (?:machen|"
        r"nehmen|wählen|starten|beginnen|gehen|bleiben|treffen) wir(?: es)?|"
        r"\b(?:damit|somit|also) (?:ist (?:beschlossen|entschieden|vereinbart)|steht fest)|"
        r"\bwir nehmen also|also nehmen wir|es ist (?:beschlossen|entschieden)),?"
        r"(?: dass)? (?P<what>\S+(?: \S+)*)|^(?P<passive>(?!(?:das|es|dann|damit)\b)[^?]+ "
        r"(?:ist|sind) (?:damit |hiermit |somit |also )?(?:beschlossen|entschieden|genehmigt|"
        r"vereinbart|abgemacht))[.!]?$"
        r"|^(?P<chosen>.{6,80} (?:haben wir|wurde|wird) (?:damit |hiermit |also "
        r")?(?:beschlossen|entschieden|festgelegt|vereinbart))[.!]?$"
    ),
    settled=(
        r"\b(?:(?:das|es|dann|damit) (?:ist|wäre) (?:das |es )?(?:also |damit |hiermit |jetzt |"
        r"dann )*(?:entschieden|beschlossen|abgemacht|vereinbart|klar|fix)|"
        r"abgemacht|so machen wir (?:das|es)|machen wir (?:das|es) so|dann machen wir das|"
        r"beschlossene sache|(?:gut|okay|also|ja)[, ]+(?:also |damit |dann )*(?:beschlossen|"
        r"entschieden)(?=[.!]|$)|"
        r"dann machen wir (?:es|das) (?:anders|so)|wir sind uns einig|dann sind wir uns einig|"
        r"lasst uns das (?:jetzt "
        r")?entscheiden|entscheiden wir das jetzt)\b"
    ),
    sealed=r"^(?:abgemacht|beschlossen|genehmigt|(?:so|dann) machen wir (?:das|es))\b",
    proposal=(
        r"\b(?:ich schlage vor(?:,? dass)?|mein vorschlag(?: ist| wäre)?(?:,? dass)?|ich würde "
        r"(?:sagen|vorschlagen)(?:,? dass)?|ich bin (?:für|dafür)(?:,? dass)?|wie wäre es(?: "
        r"mit)?|lasst uns|lass uns|wollen wir|sollen wir|sollten wir|wir könnten|wir "
        r"sollten),? (?P<what>.+)"
    ),
    motion=(
        r"\b(?:einigen wir uns|können wir uns (?:darauf )?einigen|sollen wir|wollen wir|nehmen "
        r"wir|machen wir|sind (?:alle|wir(?: uns)?|sie|alle damit) (?:dafür|einverstanden|"
        r"einig)|bleiben wir|verschieben wir|starten wir|seid ihr (?:alle )?einverstanden|"
        r"stimmen (?:alle|sie|wir) (?:zu|für))(?P<what>\b.+)"
    ),
    agreement=(
        r"\b(?:einverstanden|abgemacht|beschlossen|dafür|so machen wir (?:das|es)|passt|"
        r"genehmigt|stimme zu|bin dabei|das machen wir|klingt gut)\b|^(?:ja|genau|klar)\b"
    ),
    undecided=(
        r"\b(?:noch nicht (?:entschieden|beschlossen)|nichts (?:entschieden|beschlossen)|"
        r"(?:entscheiden|beschließen) (?:wir )?(?:das )?(?:heute |jetzt |noch )*(?:nicht|"
        r"später|nächste|morgen)|nicht (?:heute )?(?:entscheiden|beschließen)|keine "
        r"entscheidung|entscheidung (?:vertagen|verschieben)|vertagen|doch nicht|warten wir "
        r"(?:noch|lieber))\b"
    ),
    past=(
        r"\b(?:letzte[nrs]? (?:woche|monat|jahr|mal|sitzung|treffen|montag|dienstag|mittwoch|"
        r"donnerstag|freitag)|gestern|damals|früher|vor (?:einer|zwei|drei|einem) (?:woche|"
        r"wochen|monat|monaten|jahr)|(?:wenn|falls|sobald|bevor|ob|was) wir|vorstand hat|kunde "
        r"hat)\b"
    ),
    question=(
        r"^(?:wer|wen|wem|was|wann|wo|warum|wieso|wie|welche[rsnm]?|ob|bis wann|haben|hat|ist|"
        r"sind|kann|können|sollen|soll|wird|werden|gibt|brauchen|müssen|darf|dürfen|sollten|"
        r"machen) \w+ ?"
    ),
    procedural=(
        r"\b(?:hörst du|hört ihr|hören sie|mich hören|uns hören|noch fragen|hast du eine idee|"
        r"was meinst du|was meinen sie|was denkst du|oder\?|wie geht|könntest du|kannst du|"
        r"können sie|könnten sie|könnt ihr|wer kann|wer könnte|wer möchte|soll ich|sollen wir|"
        r"einverstanden\?|seid ihr|sind alle|passt das|darf ich|alles klar\?|wollen wir)\b"
    ),
    deferred=(
        r"\b(?:(?:lassen|lass) (?:wir )?(?:das|es|die frage|uns das) (?:\w+ ){0,3}?offen|"
        r"bleibt (?:\w+ ){0,3}?offen|(?:ist|sind) (?:\w+ ){0,2}?(?:offen|unklar|ungeklärt)|"
        r"offene frage|(?:klären|besprechen|entscheiden|diskutieren|sehen|schauen) (?:wir "
        r")?(?:das |es |uns das )?(?:dann |noch |noch mal )?(?:nächste|später|morgen|beim "
        r"nächsten|im nächsten|ein andermal)|(?:das|es) (?:besprechen|klären|entscheiden|"
        r"sehen) wir|müssen wir (?:noch |erst |das )*(?:\w+ ){0,3}?(?:klären|prüfen|besprechen|"
        r"herausfinden|überlegen)|frage für (?:die|das|den)|heute nicht (?:beantworten|klären|"
        r"entscheiden)|nicht (?:heute )?(?:beantworten|klären)|das weiß (?:noch )?(?:niemand|"
        r"keiner)|vertagen wir|für (?:das nächste|die nächste))\b"
    ),
    unsure=(
        r"\b(?:(?:das )?weiß ich (?:\w+ ){0,3}?nicht|ich weiß (?:es |das )?(?:\w+ ){0,2}?nicht|"
        r"keine ahnung|(?:bin|ich bin) (?:mir )?(?:\w+ ){0,2}?nicht (?:ganz )?sicher|muss ich "
        r"(?:\w+ ){0,4}?(?:nachfragen|fragen|prüfen|klären)|ich muss (?:\w+ "
        r"){0,4}?(?:nachfragen|fragen|prüfen|klären)|noch nicht|schwer zu sagen|gute frage|"
        r"kann ich nicht sagen|kommt darauf an)\b"
    ),
    answer=(
        r"^(?:(?:ja|nein|also|ach|doch|gut)[ ,]+)*(?:das (?:ist|sind|war|kostet) (?!eine "
        r"(?:gute )?frage|noch|offen|unklar)|es (?:ist|sind|gibt) (?!noch|offen|unklar)|ich "
        r"weiß es|ich habe (?:gerade )?nachgesehen|ungefähr \d|etwa \d|\d+|laut)"
    ),
    still_open=(
        r"(?:\b(?:offen (?:ist|bleibt)(?: aber)?(?: noch| weiterhin)?|(?:unklar|ungeklärt|"
        r"nicht klar|noch nicht geklärt) (?:ist|bleibt)(?: noch)?|(?:es|noch) ist (?:noch |"
        r"noch immer )*(?:offen|unklar|nicht klar|ungeklärt)|wir wissen (?:noch |immer noch |"
        r"leider |auch )*nicht|(?:niemand|keiner) weiß(?: bisher| noch)?|(?:die|eine) "
        r"(?:offene |letzte |noch offene )?frage (?:ist|bleibt|lautet)(?: noch| noch offen)?|"
        r"(?:wir müssen|müssen wir) (?:noch )?(?:klären|entscheiden|herausfinden))[,:]? "
        r"(?P<what>(?:wer|wen|wem|was|wann|wo|warum|wie|welch\w+|ob|die|der|das|bis|woher|"
        r"womit)\b.+)|(?P<whole>^(?:die|der|das|eine?) [\w' -]+ (?:ist|sind|bleibt|bleiben) "
        r"(?:noch |weiterhin )*(?:offen|unklar|ungeklärt)[^,.]*))"
    ),
    announces_open=(
        r"\b(?:(?:eine|die|noch eine) frage (?:ist|bleibt|wäre) (?:noch )?offen|(?:eine|noch "
        r"eine) offene frage|was noch offen ist)\b"
    ),
    subject=(
        r"\b(?:heute (?:geht es|sprechen wir|reden wir|planen wir|besprechen wir|wollen wir|"
        r"müssen wir)|es geht (?:heute )?um|willkommen zu[rm]?|wir (?:sprechen|reden) heute)\b"
    ),
    courtesy=(
        r"\b(?:danke|vielen dank|tschüss|auf wiedersehen|guten (?:morgen|tag|abend)|hallo|bis "
        r"bald|bis dann|bis (?:nächste woche|morgen)[.!]?$|schönen tag|könnt ihr mich|"
        r"untertitel|entschuldigung|gern geschehen|schönes wochenende|feierabend)\b"
    ),
)
