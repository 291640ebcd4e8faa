"""The terms of keeping the transcript in German, Dutch and French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from consentry.api import PurposeWords

TRANSLATIONS: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Mitschrift aufbewahren",
        sentence=(
            "Bewahrt die Untertitel Ihrer Worte, Ihren Namen, die Zeiten und was eine "
            "Zusammenfassung über Sie sagt verschlüsselt auf dem Rechner des Gastgebers auf; Ton "
            "wird nicht gespeichert, ein Nein beendet es ab dann, und Sie können jederzeit alles "
            "löschen lassen."
        ),
        data=(
            "Ihre Untertitel, der Name, mit dem Sie beigetreten sind, und Zeilen der "
            "Zusammenfassung über Sie"
        ),
        why="das Gespräch lässt sich später nachlesen",
        retention="so lange, wie der Gastgeber festlegt, oder bis Sie es löschen lassen",
        recipients="der Gastgeber dieses Gesprächs",
    ),
    "nl": PurposeWords(
        title="Verslag bewaren",
        sentence=(
            "Bewaart de ondertiteling van wat je zegt, je naam, de tijden en wat een samenvatting "
            "over je zegt, versleuteld op de computer van de gastheer; er wordt geen geluid "
            "bewaard, een nee stopt het vanaf dat moment, en je kunt altijd alles laten wissen."
        ),
        data="je ondertiteling, de naam waarmee je meedoet, en regels van de samenvatting over jou",
        why="het gesprek kan later worden nagelezen",
        retention="zo lang als de gastheer bepaalt, of tot je het laat wissen",
        recipients="de gastheer van dit gesprek",
    ),
    "fr": PurposeWords(
        title="Garder la transcription",
        sentence=(
            "Garde les sous-titres de vos paroles, votre nom, les heures et ce qu’un résumé dit de "
            "vous, chiffrés sur l’ordinateur de l’hôte ; aucun son n’est gardé, un non l’arrête à "
            "partir de là, et vous pouvez tout faire effacer à tout moment."
        ),
        data=(
            "vos sous-titres, le nom sous lequel vous êtes dans l’appel, et les lignes du résumé "
            "qui parlent de vous"
        ),
        why="l’appel pourra être relu plus tard",
        retention="aussi longtemps que l’hôte le fixe, ou jusqu’à ce que vous le fassiez effacer",
        recipients="l’hôte de cet appel",
    ),
}

_LASTING: Mapping[str, tuple[str, str]] = {
    "de": ("{} Tag oder bis Sie es löschen lassen", "{} Tage oder bis Sie es löschen lassen"),
    "nl": ("{} dag, of tot je het laat wissen", "{} dagen, of tot je het laat wissen"),
    "fr": (
        "{} jour, ou jusqu’à ce que vous le fassiez effacer",
        "{} jours, ou jusqu’à ce que vous le fassiez effacer",
    ),
}
"""One day, and more of them."""


def lasting(days: int) -> dict[str, PurposeWords]:
    """The terms where what is kept is deleted after that many days."""
    return {
        language: replace(terms, retention=_LASTING[language][days > 1].format(days))
        for language, terms in TRANSLATIONS.items()
    }
