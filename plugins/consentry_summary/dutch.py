"""Dutch: cues and verbs."""

from __future__ import annotations

from consentry_summary.phrases import Phrases, word_set

_PAIRS = (
    "stuur=sturen maak=maken schrijf=schrijven bel=bellen mail=mailen regel=regelen "
    "boek=boeken "
    "bestel=bestellen reserveer=reserveren controleer=controleren check=checken "
    "vraag=vragen zoek=zoeken "
    "plan=plannen bereid=bereiden organiseer=organiseren zorg=zorgen neem=nemen pak=pakken "
    "werk=werken "
    "bespreek=bespreken overleg=overleggen koop=kopen haal=halen breng=brengen "
    "lever=leveren geef=geven "
    "test=testen stel=stellen vul=vullen zet=zetten verstuur=versturen verzend=verzenden "
    "vertaal=vertalen "
    "update=updaten pas=passen meld=melden nodig=nodigen onderzoek=onderzoeken "
    "bekijk=bekijken kijk=kijken "
    "rond=ronden repareer=repareren installeer=installeren los=lossen verzamel=verzamelen "
    "verdeel=verdelen "
    "teken=tekenen betaal=betalen spreek=spreken praat=praten leg=leggen dien=dienen "
    "print=printen doe=doen "
    "informeer=informeren bevestig=bevestigen ontwerp=ontwerpen bouw=bouwen deel=delen "
    "corrigeer=corrigeren "
    "verbeter=verbeteren schrap=schrappen meet=meten bereken=berekenen reken=rekenen "
    "mail=mailen app=appen "
    "antwoord=antwoorden huur=huren bak=bakken kook=koken verf=verven hang=hangen "
    "contacteer=contacteren "
    "publiceer=publiceren presenteer=presenteren documenteer=documenteren "
    "rapporteer=rapporteren "
    "coördineer=coördineren verwijder=verwijderen wijzig=wijzigen vervang=vervangen "
    "onderhandel=onderhandelen "
    "annuleer=annuleren schakel=schakelen richt=richten train=trainen post=posten "
    "breid=breiden ruim=ruimen"
)
FIRST_PERSON = dict(pair.split("=") for pair in _PAIRS.split())
PREFIXES = word_set(
    "op uit voor aan af door in mee na over rond toe vast samen terug klaar bij om weg schoon"
)
MODALS = r"(?:zal|kan|ga|wil|zou|moet|mag|zou kunnen)"
WEAK_MODALS = r"(?:wil|zou|moet)"
PERSON = "ik"

PHRASES = Phrases(
    openers=(
        r"(?:(?:oké|oke|ok|okay|dus|goed|en|maar|dan|ja|nou|precies|super|prima|natuurlijk|graag|"
        r"perfect|mooi|akkoord|eens|nee|bedankt|dank je|heel goed|geen probleem|fijn|helder|"
        r"zeker|duidelijk|"
        r"goed punt|hallo|nog een vraag|top|begrepen)\b[ ,.!:;-]*)+"
    ),
    fillers=r"(?:,\s*)?\b(?:eh|ehm|uh|uhm|hm|zeg maar)\b(?:\s*,)?",
    starters=(
        r"(?:,\s*|\s+)(?=(?:(?:en|maar|dan|dus|goed|ja)[ ,]+)*(?:ik (?:zal|ga|stuur|schrijf|"
        r"maak|bel|regel|boek|"
        r"bestel|mail|controleer|zorg)|we hebben (?:dus )?(?:besloten|afgesproken)|we weten "
        r"nog|wie (?:kan|doet|wil)|"
        r"bedankt|dat (?:doe|regel) ik|dat is een vraag)\b)"
    ),
    subordinators=(
        r"\b(?:als|of|dat|wat|wie|omdat|zei|zegt|gezegd|misschien|niet|weten|vraag|zodra)"
        r"(?: (?:ik|we|wij|hij|ze))?,?(?: \w+){0,5},?$"
    ),
    accept=(
        r"^(?:(?:eh|oké|oke|ok|goed|nou|oh|en)[ ,.!]+)*(?:ja|jazeker|graag|natuurlijk|zeker|"
        r"tuurlijk|oké|"
        r"geen probleem|doe ik|dat doe ik|dat kan ik|kan ik|prima|is goed|dat is goed|komt "
        r"goed|komt in orde|akkoord|ik doe|ik kan|ik regel|dat regel ik)\b"
    ),
    refuse=(
        r"\b(?:kan ik (?:helaas )?niet|ik kan (?:dat )?(?:helaas )?niet|helaas|lukt (?:mij |me "
        r")?niet|geen tijd|"
        r"het spijt me|sorry|liever niet|gaat niet lukken)\b|^nee\b"
    ),
    pointer=(
        r"\b(?:(?:dat |graag )?(?:doe|regel) ik(?: dat| het)?(?: wel| graag)?|ik (?:doe|regel) "
        r"(?:dat|het)(?: wel)?|ik pak (?:dat|het) op|dat pak ik op|"
        r"daar zorg ik voor|ik zorg daarvoor|ik zorg ervoor$|dat kan ik (?:wel )?(?:doen|"
        r"regelen|oppakken)|ik kan dat (?:wel )?(?:doen|regelen|oppakken)|ik neem dat op me|"
        r"dat neem ik op me|komt goed|komt in orde)\b"
    ),
    blocked=(
        r"\b(?:als ik|als er|indien|misschien|eventueel|eigenlijk|normaal|normaalgesproken|"
        r"altijd|meestal|gisteren|vorige|eergisteren|"
        r"net|sinds|vraag me af|zorgen over|niet|nooit|geen|grapje|hij zei|zij zei|ze zei|"
        r"heeft gezegd|zei dat|al gedaan|ooit|of ik|"
        r"iedere|elke|zou willen dat)\b"
    ),
    retracted=(
        r"\b(?:(?:was )?(?:een )?grapje|geintje|laat maar|vergeet (?:dat|het)|toch niet|ik "
        r"neem dat terug|streep dat)\b"
    ),
    request=r"\b(?:alsjeblieft|alstublieft|graag|wil je|je moet) (?P<what>.+)",
    mild_request=(
        r"\b(?:(?:kun|kan|wil|zou) (?:je|jij|u)|kunnen jullie|zou (?:je|u) (?:kunnen|willen)) "
        r"(?:alsjeblieft |misschien |even |nog |ook |alstublieft )*(?P<what>.+)"
    ),
    need=(
        r"\b(?:wie (?:kan|zou|wil|gaat)|(?:kan|zou|wil) (?:iemand|er iemand)|iemand (?:moet|"
        r"zou moeten)|"
        r"(?:we|wij) (?:moeten|zouden moeten|hebben)) (?:nog |ook |even )*(?P<what>.+)|"
        r"(?P<passive>\b(?:de|het) [\w -]+ (?:moet|moeten) (?:nog |ook )*.+(?:worden))"
    ),
    plan=r"\b(?:ik moet|moet ik) (?:nog |ook )*(?P<what>.+)",
    topic=(
        r"\b(?:hoe zit het met|en|wie (?:doet|regelt|maakt|zorgt voor)|dan is er nog) "
        r"(?P<what>(?:de|het|een) .+)"
    ),
    offer=r"\b(?:zal ik|moet ik) (?P<what>.+)",
    decided=(
        r"(?:\b(?:we|wij) (?:hebben|hadden) (?:dus |nu |samen |vandaag |hiermee )*(?:besloten|"
        r"afgesproken|gekozen|vastgesteld|bepaald)|"
        r"\b(?:we|wij) (?:besluiten|spreken af|kiezen|gaan voor|zijn het er ?(?:\w+ )?over "
        r"eens|stellen "
        r"vast)(?: dus| nu)*|\b(?:dan|dus) (?:kiezen|doen|nemen|starten|beginnen|gaan|houden|"
        r"blijven) we|"
        r"\b(?:het|ons|de) (?:besluit|beslissing)(?: is| luidt|:)|\bbesloten:|\bafgesproken:|"
        r"\bhet is (?:besloten|afgesproken)|"
        r"\b(?:daarmee|hiermee) (?:is (?:besloten|afgesproken)|staat vast)|\bwe houden het "
        r"(?:dus )?(?:op|bij)),?(?: dat| om| voor)?"
        r" (?P<what>\S+(?: \S+)*)|^(?P<passive>(?!(?:dat|het is|dan|dit)\b)[^?]+ (?:is|zijn) "
        r"(?:hiermee |daarmee |dus |hierbij )?(?:besloten|afgesproken|goedgekeurd|"
        r"akkoord))[.!]?$"
    ),
    settled=(
        r"\b(?:(?:dat|het|dan) is (?:het |dat )?(?:dus |hiermee |hierbij |daarmee |dan |nu "
        r")*(?:besloten|afgesproken|beslist|duidelijk)|afgesproken|zo doen we (?:het|dat)|dan "
        r"doen we (?:het|dat)(?: zo)?|we zijn het eens|dan zijn we het eens|laten we (?:dat|"
        r"dit|het) (?:nu )?(?:besluiten|beslissen))\b"
    ),
    sealed=r"^(?:afgesproken|akkoord|besloten|goedgekeurd|zo doen we (?:het|dat))\b",
    proposal=(
        r"\b(?:ik stel voor(?:,? dat| om)?|mijn voorstel is(?:,? dat| om)?|ik zou (?:zeggen|"
        r"voorstellen)(?:,? dat| om)?|ik ben voor|laten we|zullen we|we kunnen|we zouden|wat "
        r"dacht je van|wat vinden jullie van),? (?P<what>.+)"
    ),
    motion=(
        r"\b(?:zullen we|spreken we af|kunnen we afspreken|zijn we het eens|is iedereen "
        r"(?:akkoord|het eens)|gaan we akkoord|kiezen we)(?P<what>\b.+)"
    ),
    agreement=(
        r"\b(?:akkoord|afgesproken|mee eens|eens|besloten|goedgekeurd|dat doen we|klinkt goed|"
        r"prima)\b|^(?:ja|precies|zeker)\b"
    ),
    undecided=(
        r"\b(?:nog niet (?:besloten|beslist)|niets besloten|(?:besluiten|beslissen) (?:we "
        r")?(?:dat |het )?(?:vandaag |nu |nog )*(?:niet|later|volgende|morgen)|niet (?:vandaag "
        r")?(?:besluiten|beslissen)|geen (?:besluit|beslissing)|stellen we uit|toch niet|laten "
        r"we (?:nog )?wachten|uitstellen)\b"
    ),
    past=(
        r"\b(?:vorige (?:week|maand|keer|vergadering|jaar|\w+dag)|vorig jaar|gisteren|destijds|"
        r"eerder|(?:een|twee|drie) (?:week|weken|maand|maanden|jaar) geleden|(?:als|zodra|"
        r"voordat|of|wat) (?:we|wij)|het bestuur heeft|de klant heeft)\b"
    ),
    question=(
        r"^(?:wie|wat|wanneer|waar|waarom|hoe|welke?|hebben|heeft|is|zijn|kan|kunnen|moet|"
        r"moeten|zullen|gaan|gaat|wordt|worden|komt|komen|mogen|mag) \w+ ?"
    ),
    procedural=(
        r"\b(?:hoor je|horen jullie|mij horen|ons horen|nog vragen|heb je een idee|wat bedoel "
        r"je|wat vind je|wat denk je|toch\?|hoe gaat het|kun je|kan je|wil je|kunnen jullie|"
        r"zou je|wie kan|wie wil|zal ik|zullen we|akkoord\?|is iedereen|mag ik|klopt dat|alles "
        r"duidelijk)\b"
    ),
    deferred=(
        r"\b(?:laten we (?:dat|het|die vraag) (?:\w+ ){0,3}?open|(?:blijft|is|staat) (?:\w+ "
        r"){0,2}?(?:open|onduidelijk|onbeslist)|open vraag|(?:bespreken|beslissen|bekijken|"
        r"zien|regelen) we (?:\w+ ){0,2}?(?:volgende|later|morgen|een andere)|(?:dat|het) "
        r"(?:bespreken|bekijken|zien) we|moeten we (?:\w+ ){0,4}?(?:uitzoeken|bespreken|"
        r"bekijken|vragen|navragen)|(?:een )?vraag voor (?:de|het|volgende)|niet (?:vandaag "
        r")?(?:beantwoorden|beslissen)|vandaag niet|dat weet nog niemand|komen we op terug|"
        r"voor (?:de|een) volgende (?:vergadering|keer|week))\b"
    ),
    unsure=(
        r"\b(?:(?:dat )?weet ik (?:\w+ ){0,3}?niet|ik weet (?:het|dat) (?:\w+ ){0,2}?niet|geen "
        r"idee|(?:ik ben )?(?:er )?niet zeker|moet ik (?:\w+ ){0,4}?(?:navragen|vragen|checken|"
        r"uitzoeken)|ik moet (?:\w+ ){0,4}?(?:navragen|vragen|checken|uitzoeken)|nog niet|"
        r"moeilijk te zeggen|goede vraag|hangt ervan af)\b"
    ),
    answer=(
        r"^(?:(?:ja|nee|nou|dus|oh|goed)[ ,]+)*(?:(?:dat|het) (?:is|zijn|was|kost) (?!een "
        r"(?:goede )?vraag|nog|open|onduidelijk)|er (?:is|zijn) (?!nog)|de \w+ is (?!nog|open|"
        r"onduidelijk)|ik weet het|ik heb (?:het )?(?:net )?nagekeken|ongeveer \d|\d+|volgens)"
    ),
    still_open=(
        r"(?:\b(?:(?:we|wij) weten (?:nog |nog steeds |helaas |ook |dus )*niet|(?:niemand|nog "
        r"niemand) weet|(?:het is|is|blijft) (?:nog |nog steeds )*(?:onduidelijk|niet "
        r"duidelijk|open|de vraag|onbekend)|(?:nog )?(?:open|onduidelijk) (?:is|blijft)(?: "
        r"nog)?|(?:de|een|mijn) (?:open |laatste |resterende |grote )?vraag (?:is|blijft|"
        r"luidt)(?: nog)?|(?:we moeten|moeten we) (?:nog )?(?:uitzoeken|bepalen|beslissen|"
        r"kijken))[,:]? (?P<what>(?:wie|wat|wanneer|waar|waarom|hoe|welke?|of|de|het)\b.+)|"
        r"(?P<whole>^(?:de|het|een) [\w' -]+ (?:is|zijn|blijft|blijven|staat) (?:nog |nog "
        r"steeds )*(?:open|onduidelijk|niet duidelijk|onbekend)[^,.]*))"
    ),
    announces_open=(
        r"\b(?:(?:een|één|de|nog een) vraag (?:is|blijft|staat) (?:nog )?open|(?:een|één|nog "
        r"een) open vraag|wat nog open (?:is|staat))\b"
    ),
    subject=(
        r"\b(?:vandaag (?:praten we|bespreken we|hebben we|gaat het|willen we|moeten we)|het "
        r"gaat (?:vandaag )?over|welkom bij|we (?:praten|bespreken) vandaag)\b"
    ),
    courtesy=(
        r"\b(?:bedankt|dank je|dank u|tot ziens|tot (?:morgen|volgende week|dan|straks)|goede "
        r"?(?:morgen|middag|avond)|hallo|dag allemaal|fijne dag|kun je mij|ondertitel\w*|sorry|"
        r"graag gedaan|fijn weekend|doei)\b"
    ),
)
