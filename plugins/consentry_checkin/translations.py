"""The terms of checking in by face, in German, Dutch and French."""

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
