"""The terms of summaries in German, Dutch and French."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.api import PurposeWords

TRANSLATIONS: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Zusammenfassung",
        sentence=(
            "Was Sie sagen, wird gelesen, um Beschlüsse, Aufgaben und offene Fragen aufzulisten; "
            "was andere über Sie sagen, wird nur gelesen, wenn sie zugestimmt haben."
        ),
        data="die Untertitel dessen, was Sie sagen, und Ihr Name",
        why="Alle bekommen die Beschlüsse und Aufgaben, ohne mitzuschreiben.",
        retention="bis das Gespräch endet",
        recipients="alle in diesem Gespräch",
    ),
    "nl": PurposeWords(
        title="Samenvatting",
        sentence=(
            "Wat je zegt, wordt gelezen om besluiten, acties en open vragen op een rij te zetten; "
            "wat anderen over jou zeggen, wordt alleen gelezen als zij ja hebben gezegd."
        ),
        data="de ondertiteling van wat je zegt, en je naam",
        why="Iedereen krijgt de besluiten en acties zonder zelf te notuleren.",
        retention="tot het gesprek voorbij is",
        recipients="iedereen in dit gesprek",
    ),
    "fr": PurposeWords(
        title="Résumé de l’appel",
        sentence=(
            "Ce que vous dites est lu pour dresser la liste des décisions, des actions et des "
            "questions ouvertes ; ce que d’autres disent de vous n’est lu que s’ils ont dit oui."
        ),
        data="les sous-titres de ce que vous dites, et votre nom",
        why="Tout le monde reçoit les décisions et les actions sans prendre de notes.",
        retention="jusqu’à la fin de l’appel",
        recipients="toutes les personnes dans cet appel",
    ),
}
