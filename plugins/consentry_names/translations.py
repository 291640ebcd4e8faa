"""The terms of showing who speaks, in German, Dutch and French."""

from __future__ import annotations

from collections.abc import Mapping

from consentry.api import PurposeWords

TRANSLATIONS: Mapping[str, PurposeWords] = {
    "de": PurposeWords(
        title="Wer gerade spricht",
        sentence=(
            "Bemerkt, wann von Ihrem Mikrofon Sprache kommt, und zeigt dem Gespräch währenddessen "
            "Ihren Namen; Ihre Stimme wird dabei nicht aufgezeichnet, und Sie werden nicht an ihr "
            "erkannt."
        ),
        data="ob von Ihrem Mikrofon Sprache kommt, und der Name, mit dem Sie beigetreten sind",
        why="alle sehen, wer spricht",
        retention="etwa eine Sekunde; nichts wird aufbewahrt",
        recipients="alle in diesem Gespräch",
    ),
    "nl": PurposeWords(
        title="Wie er spreekt",
        sentence=(
            "Merkt wanneer er spraak uit je microfoon komt en toont het gesprek dan je naam; je "
            "stem wordt daarbij niet opgenomen, en je wordt er niet aan herkend."
        ),
        data="of er spraak uit je microfoon komt, en de naam waarmee je meedoet",
        why="iedereen ziet wie er spreekt",
        retention="ongeveer een seconde; er wordt niets bewaard",
        recipients="iedereen in dit gesprek",
    ),
    "fr": PurposeWords(
        title="Qui parle",
        sentence=(
            "Remarque quand le son de votre micro est de la parole et montre alors votre nom à "
            "l’appel ; votre voix n’est pas enregistrée et ne sert pas à vous reconnaître."
        ),
        data="la présence de parole dans votre micro, et le nom sous lequel vous êtes dans l’appel",
        why="tout le monde voit qui parle",
        retention="environ une seconde ; rien n’est conservé",
        recipients="toutes les personnes dans cet appel",
    ),
}
