"""The terms of captions in German, Dutch and French."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.api import PurposeWords

TRANSLATIONS: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Live-Untertitel",
        sentence=(
            "Was Sie sagen, wird beim Sprechen zu Text und allen in diesem Gespräch unter Ihrem "
            "Namen gezeigt; Ihre Stimme wird nicht aufgezeichnet, an keinen anderen Dienst "
            "geschickt und nicht benutzt, um Sie zu erkennen."
        ),
        data="Ihre Stimme, sobald Sie zustimmen, und der Name, mit dem Sie beigetreten sind",
        why=(
            "Alle können mitlesen, ob sie schlecht hören, es um sie laut ist oder sie die Sprache "
            "noch lernen."
        ),
        retention=(
            "Ihre Stimme ist nach Sekunden vergessen; der Text bleibt bis zum Ende des Gesprächs, "
            "wenn Sie nicht mehr zugestimmt haben."
        ),
        recipients="alle in diesem Gespräch",
    ),
    "nl": PurposeWords(
        title="Live ondertiteling",
        sentence=(
            "Wat je zegt, wordt terwijl je spreekt tekst, en die ziet iedereen in dit gesprek "
            "onder jouw naam; je stem wordt niet opgenomen, niet naar een andere dienst gestuurd "
            "en niet gebruikt om je te herkennen."
        ),
        data="je stem, vanaf het moment dat je ja zegt, en de naam waarmee je meedoet",
        why=(
            "Iedereen kan meelezen, ook wie slecht hoort, in het lawaai zit of de taal nog leert."
        ),
        retention=(
            "Je stem is binnen seconden vergeten; de tekst blijft tot het gesprek voorbij is, "
            "tenzij je met meer hebt ingestemd."
        ),
        recipients="iedereen in dit gesprek",
    ),
    "fr": PurposeWords(
        title="Sous-titres en direct",
        sentence=(
            "Ce que vous dites devient du texte pendant que vous parlez, montré à tous dans cet "
            "appel sous votre nom ; votre voix n’est ni enregistrée, ni envoyée à un autre "
            "service, ni utilisée pour vous reconnaître."
        ),
        data="votre voix, dès que vous dites oui, et le nom sous lequel vous avez rejoint l’appel",
        why=(
            "Tout le monde peut suivre en lisant, en cas de mauvaise audition, de bruit, ou "
            "quand la langue n’est pas encore familière."
        ),
        retention=(
            "Votre voix est oubliée en quelques secondes ; le texte reste jusqu’à la fin de "
            "l’appel, sauf si vous avez accepté davantage."
        ),
        recipients="toutes les personnes dans cet appel",
    ),
}
