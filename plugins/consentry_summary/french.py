"""French: cues."""

from __future__ import annotations

from consentry_summary.phrases import Phrases

PROMISE = (
    r"\b(?:je vais|je peux|je m'occupe de|je me charge de|je m'engage à|j'(?=envo|écri|appel|"
    r"organis|achèt|ajout|imprim)|"
    r"je (?=prépar|réserv|command|vérifi|contact|rédig|corrig|fini|demand|prends|fais|crée|"
    r"mets|regard|teste)) ?(?P<what>.+)"
)
TALK = (
    r"^(?:commencer|être|dire|voir|partager mon|montrer|expliquer|lire|répéter|bien|essayer|"
    r"penser)\b"
)

PHRASES = Phrases(
    openers=(
        r"(?:(?:d'accord|ok|okay|alors|donc|bon|bien|et|mais|puis|oui|parfait|super|très bien|"
        r"voilà|merci|bien sûr|entendu|non)\b[ ,.!:;-]*)+"
    ),
    fillers=r"(?:,\s*)?\b(?:euh|hum|hein|tu vois)\b(?:\s*,)?",
    starters=(
        r"(?:,\s*|\s+)(?=(?:(?:et|mais|alors|donc)[ ,]+)*(?:je vais|je m'occupe|je peux|on a "
        r"décidé|qui peut|merci)\b)"
    ),
    subordinators=(
        r"\b(?:si|que|qu'|quand|qui|ce que|parce que|dit|peut-être|pas)(?: [\w']+){0,5},?$"
    ),
    accept=(
        r"^(?:(?:euh|bon|alors|ok)[ ,.!]+)*(?:oui|d'accord|bien sûr|avec plaisir|ok|okay|pas "
        r"de problème|je m'en (?:occupe|charge)|entendu|volontiers|ça marche)\b"
    ),
    refuse=(
        r"\b(?:je ne peux pas|je peux pas|désolée?|malheureusement|pas le temps|impossible)\b|"
        r"^non\b"
    ),
    pointer=(
        r"\b(?:je m'en (?:occupe|charge)|je (?:le|la|les) (?:fais|ferai|prends)|je vais (?:le|"
        r"la) faire|je peux (?:le|la) faire|je fais ça|c'est pour moi)\b"
    ),
    blocked=(
        r"\b(?:si|peut-être|éventuellement|d'habitude|toujours|hier|ne|pas|jamais|dit|déjà|"
        r"plaisante|rigole|dernière?)\b"
    ),
    retracted=(
        r"\b(?:je plaisante|je rigole|c'était une blague|oublie(?:z)? (?:ça|cela)|laisse "
        r"tomber)\b"
    ),
    request=r"\b(?:s'il te plaît|s'il vous plaît)[, ]+(?P<what>.+)",
    mild_request=(
        r"\b(?:peux-tu|tu peux|pouvez-vous|vous pouvez|pourrais-tu|tu pourrais|pourriez-vous|"
        r"vous pourriez) (?P<what>.+)"
    ),
    need=(
        r"\b(?:qui (?:peut|pourrait|veut|va)|quelqu'un (?:peut|pourrait|doit)|(?:il faut|on "
        r"doit|nous devons|il faudrait)) (?P<what>.+)"
    ),
    plan=r"\bje dois (?:encore |aussi )?(?P<what>.+)",
    topic=r"\b(?:qu'en est-il (?:de|du|des)|qui s'occupe (?:de|du|des)|il reste) (?P<what>.+)",
    offer=r"\b(?:est-ce que je dois|dois-je|je dois) (?P<what>.+)",
    decided=(
        r"\b(?:(?:on a|nous avons) (?:donc |maintenant )*(?:décidé|convenu|choisi)|(?:on|nous) "
        r"(?:décide|décidons|choisit|choisissons|convient|convenons)|la décision est|c'est "
        r"décidé[,:]?|décision ?:|il est décidé|partons sur|on part sur)(?: que| qu'| de| d')? "
        r"?(?P<what>\S+(?: \S+)+)"
    ),
    settled=(
        r"\b(?:c'est (?:donc )?(?:décidé|entendu|réglé|convenu|adopté)|marché conclu|on fait "
        r"comme ça|décidons maintenant)\b"
    ),
    sealed=r"^(?:entendu|adopté|marché conclu|c'est d'accord|validé)\b",
    proposal=(
        r"\b(?:je propose(?: que| de)?|je suggère(?: que| de)?|ma proposition est(?: de| que)?|"
        r"et si|on pourrait|nous pourrions) (?P<what>.+)"
    ),
    motion=(
        r"\b(?:on se met d'accord sur|est-ce qu'on (?:décide|choisit|valide|part)|sommes-nous "
        r"d'accord|tout le monde est d'accord)(?P<what>\b.+)"
    ),
    agreement=r"\b(?:d'accord|décidé|validé|entendu|ça marche|ça me va)\b|^(?:oui|parfait)\b",
    undecided=(
        r"\b(?:pas (?:encore )?décidé|ne décidons pas|rien (?:n'est )?décidé|pas de décision|"
        r"repoussons|reportons|attendons|décider plus tard)\b"
    ),
    past=(
        r"\b(?:la semaine dernière|le mois dernier|l'année dernière|hier|la dernière fois|"
        r"(?:si|quand|avant que|après que) (?:on|nous)|le client a|la direction a)\b"
    ),
    question=(
        r"^(?:qui|que|quoi|quand|où|pourquoi|comment|combien|quel(?:le)?s?|est-ce|qu'est-ce|"
        r"a-t-on|avons-nous|faut-il) "
    ),
    procedural=(
        r"\b(?:vous m'entendez|tu m'entends|des questions|une idée|qu'en (?:penses-tu|"
        r"pensez-vous)|n'est-ce pas|peux-tu|pouvez-vous|tu peux|qui peut|d'accord \?|ça va)\b"
    ),
    deferred=(
        r"\b(?:(?:laissons|on laisse) (?:\w+ ){0,3}?(?:ouverte?|de côté)|reste (?:\w+ "
        r"){0,2}?(?:ouverte?|en suspens)|question ouverte|(?:on|nous) (?:en )?(?:verra|"
        r"reparlera|reparlerons|verrons|discutera|discuterons)|on verra|une question pour|la "
        r"prochaine (?:réunion|fois)|plus tard|à clarifier)\b"
    ),
    unsure=(
        r"\b(?:je (?:ne )?sais pas|aucune idée|pas (?:sûre?|certaine?)|je dois (?:demander|"
        r"vérifier)|bonne question|pas encore)\b"
    ),
    answer=(
        r"^(?:(?:oui|non|alors|bon)[ ,]+)*(?:c'est (?!une (?:bonne )?question|pas)|il y a|"
        r"environ \d|\d+|je sais)"
    ),
    still_open=(
        r"\b(?:(?:on|nous) (?:ne )?(?:sait|savons) (?:toujours |encore )?pas(?: encore)?|il "
        r"reste à (?:savoir|décider|clarifier)|(?:la|une) question (?:est|reste)(?: "
        r"ouverte)?[:,]?|on ignore(?: encore)?) (?P<what>.+)"
    ),
    announces_open=(
        r"\b(?:une question reste ouverte|une question ouverte|(?:la|une) question est encore "
        r"ouverte)\b"
    ),
    subject=r"\b(?:aujourd'hui (?:nous|on)|il s'agit de|bienvenue|nous parlons|parlons de)\b",
    courtesy=(
        r"\b(?:merci|au revoir|bonjour|bonsoir|salut|à bientôt|à demain|bonne journée|vous "
        r"m'entendez|désolée?|de rien)\b"
    ),
)
