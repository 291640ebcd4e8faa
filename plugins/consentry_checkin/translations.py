"""The terms of checking in, by face and without, in German, Dutch and French."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.api import PurposeWords

HOW: Mapping[str, str] = {
    "en": "the owner of the call also sees whether by code, passkey or face",
    "de": "wer das Gespräch leitet, sieht auch, ob mit Code, Passkey oder Gesicht",
    "nl": "wie het gesprek leidt ziet ook of het met code, passkey of gezicht was",
    "fr": "le responsable de l’appel voit aussi si c’est par code, clé d’accès ou visage",
}
"""Who else sees what, where the owner is told by what people were checked in."""

HOW_BY_CODE: Mapping[str, str] = {
    "en": "the owner of the call also sees whether by code or passkey",
    "de": "wer das Gespräch leitet, sieht auch, ob mit Code oder Passkey",
    "nl": "wie het gesprek leidt ziet ook of het met code of passkey was",
    "fr": "le responsable de l’appel voit aussi si c’est par code ou clé d’accès",
}
"""The same where nobody looks at faces."""

ALOUD: Mapping[str, tuple[str, str]] = {
    "en": (
        "it may ask you to read four digits aloud, hears you for that moment and for those digits "
        "alone, and keeps no sound.",
        "your voice while you are asked for the digits",
    ),
    "de": (
        "es kann Sie bitten, vier Ziffern vorzulesen, hört Sie nur in diesem Moment und nur wegen "
        "dieser Ziffern, und kein Ton wird aufbewahrt.",
        "Ihre Stimme, solange nach den Ziffern gefragt ist",
    ),
    "nl": (
        "het kan je vragen vier cijfers hardop te lezen, hoort je alleen op dat moment en alleen "
        "om die cijfers, en er wordt geen geluid bewaard.",
        "je stem zolang om de cijfers wordt gevraagd",
    ),
    "fr": (
        "peut vous demander de lire quatre chiffres à voix haute, ne vous écoute qu’à ce moment et "
        "que pour ces chiffres, et ne conserve aucun son.",
        "votre voix tant que les chiffres sont demandés",
    ),
}
"""What is done, and with which data, where a number may be asked for."""

BY_CODE: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Einchecken",
        sentence=(
            "Wenn Sie mit Ihrem Code, Ihrem Passkey oder Ihrem eigenen Link einchecken, kommt Ihr "
            "Name auf eine Liste, die alle in diesem Gespräch sehen; wer nicht eincheckt, steht "
            "nicht darauf, und weder Kamera noch Mikrofon wird dafür benutzt."
        ),
        data="der Name, unter dem Sie angemeldet sind, und dass Sie eingecheckt haben",
        why="Die anderen wissen, wer da ist",
        retention="bis Sie gehen oder Nein sagen",
        recipients="alle in diesem Gespräch",
    ),
    "nl": PurposeWords(
        title="Aanmelden",
        sentence=(
            "Als je je aanmeldt met je code, je passkey of je eigen link, komt je naam op een "
            "lijst die iedereen in dit gesprek ziet; wie zich niet aanmeldt staat er niet op, en "
            "er wordt geen camera of microfoon voor gebruikt."
        ),
        data="de naam waaronder je bent ingeschreven, en dat je je hebt aangemeld",
        why="de anderen weten wie er is",
        retention="tot je weggaat of nee zegt",
        recipients="iedereen in dit gesprek",
    ),
    "fr": PurposeWords(
        title="Enregistrement",
        sentence=(
            "Quand vous vous enregistrez avec votre code, votre clé d’accès ou votre propre lien, "
            "votre nom vient sur une liste que toutes les personnes dans cet appel voient ; qui "
            "ne s’enregistre pas n’y est pas, et ni caméra ni micro n’est utilisé."
        ),
        data="le nom sous lequel vous êtes inscrit(e), et le fait que vous vous êtes enregistré(e)",
        why="les autres savent qui est là",
        retention="jusqu’à votre départ ou votre non",
        recipients="toutes les personnes dans cet appel",
    ),
}
"""Where nobody looks at faces."""

TRANSLATIONS: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Einchecken mit dem Gesicht",
        sentence=(
            "Sieht, wenn Sie darum bitten, einige Sekunden lang Ihr Kamerabild an und vergleicht "
            "Ihr Gesicht mit der einen Vorlage, die Ihr eigener Link oder Passkey geöffnet hat, "
            "und mit keiner anderen; Ihr Code oder Passkey allein genügt ebenso, und kein Bild "
            "wird aufbewahrt."
        ),
        data="Ihr Kamerabild, während Sie einchecken, und die Vorlage Ihres Gesichts",
        why="Sie können einchecken, ohne einen Code einzutippen",
        retention=(
            "Bilder und was daraus errechnet wird: bis der Versuch endet, höchstens 15 Sekunden; "
            "dass Sie eingecheckt sind: bis Sie gehen"
        ),
        recipients=(
            "was errechnet wird, sieht niemand; alle in diesem Gespräch sehen, dass Sie "
            "eingecheckt sind"
        ),
    ),
    "nl": PurposeWords(
        title="Aanmelden met je gezicht",
        sentence=(
            "Kijkt, als je daarom vraagt, een paar seconden naar je camerabeeld en vergelijkt je "
            "gezicht met het ene sjabloon dat je eigen link of passkey heeft geopend, en met geen "
            "ander; je code of passkey alleen is net zo goed, en er wordt geen beeld bewaard."
        ),
        data="je camerabeeld terwijl je je aanmeldt, en het sjabloon van je gezicht",
        why="je kunt je aanmelden zonder een code te typen",
        retention=(
            "beelden en wat eruit wordt berekend: tot de poging eindigt, hoogstens 15 seconden; "
            "dat je aangemeld bent: tot je weggaat"
        ),
        recipients=(
            "wat er wordt berekend ziet niemand; iedereen in dit gesprek ziet dat je aangemeld bent"
        ),
    ),
    "fr": PurposeWords(
        title="Enregistrement par le visage",
        sentence=(
            "Quand vous le demandez, regarde l’image de votre caméra pendant quelques secondes et "
            "compare votre visage au seul gabarit que votre propre lien ou clé d’accès a ouvert, "
            "et à aucun autre ; votre code ou votre clé d’accès suffit tout autant, et aucune "
            "image n’est conservée."
        ),
        data="l’image de votre caméra pendant l’enregistrement, et le gabarit de votre visage",
        why="vous pouvez vous enregistrer sans taper de code",
        retention=(
            "les images et ce qui en est calculé : jusqu’à la fin de l’essai, 15 secondes au "
            "plus ; le fait que vous êtes enregistré(e) : jusqu’à votre départ"
        ),
        recipients=(
            "personne ne voit ce qui est calculé ; toutes les personnes dans cet appel voient que "
            "vous êtes enregistré(e)"
        ),
    ),
}
