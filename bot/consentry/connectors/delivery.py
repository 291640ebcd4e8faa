"""Which carrier a message takes to each person, on a stack with a chat and a client of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from consentry.connectors.driver import Happening, Said, Setting
from consentry.connectors.words import as_text
from consentry.consent.erasure import Remains
from consentry.controls import Noticed
from consentry.errors import MessageError
from consentry.events import Participant
from consentry.messages import Caption, Message, Notice, Receipt, Retraction
from consentry.signing import Signer

RECEIPT_SECONDS = 60.0
"""Between two lines of chat that say of the same answers that they are written down."""

MAX_MESSAGE_BYTES = 64 * 1024
"""Of one signed message: what every data channel carries (RFC 8841 section 6.1)."""


def sealed(signer: Signer, message: Message) -> str:
    """``message`` signed; MessageError if it is longer than a carrier takes."""
    text = signer.sign(message)
    if len(text) > MAX_MESSAGE_BYTES:
        raise MessageError(f"a {message.kind} message of more than {MAX_MESSAGE_BYTES} bytes")
    return text


class Post(Protocol):
    """What a stack carries. Called on the event loop; nothing here blocks or raises."""

    def people(self) -> Mapping[str, Participant]:
        """Everybody in the call who can be told something, by id."""
        ...

    def signed(self, person: str, text: str) -> None:
        """A signed message to a client with consentry.js."""
        ...

    def private(self, person: str, text: str) -> None:
        """A line of chat that ``person`` alone reads."""
        ...

    def public(self, text: str) -> None:
        """A line of chat that everybody reads."""
        ...

    def caption(self, message: Message, caption: Caption) -> Remains | None:
        """Words of ``caption.name``, shown as this stack shows captions; a further revision
        of ``message.id`` replaces the last, until it is final. Returns where these words stay,
        whatever is retracted."""
        ...

    def retract(self, ids: Iterable[str]) -> None:
        """Take these captions off the screens, where the stack can."""
        ...


class Delivery:
    """Signed messages for those whose client reads them, words for everybody else.

    What everybody gets is said once in words, to all: a stack shows it its own way, and to those
    with consentry.js too. A notice in words has been noticed once it is said: it is a line of the
    chat of a call they are in, and ``emit`` is told so. ``command`` is what people type before
    ``yes captions``, on a stack whose page keeps ``/`` for itself.
    """

    def __init__(
        self,
        setting: Setting,
        post: Post,
        emit: Callable[[Happening], None],
        command: str = "/",
    ) -> None:
        self._setting = setting
        self._post = post
        self._emit = emit
        self._wording = (command, setting.language)
        self._scripted: set[str] = set()
        self._told: dict[str, Notice] = {}
        """The last notice of each person who got it in words, as far as words can tell."""
        self._remains: dict[str, set[Remains]] = {}
        self._receipts: dict[str, tuple[str, float]] = {}
        """The last line about a receipt of theirs, and when it was written."""

    def scripted(self, person: str) -> None:
        """Their client has consentry.js."""
        self._scripted.add(person)

    def forget(self, person: str) -> None:
        """They are gone."""
        self._scripted.discard(person)
        self._told.pop(person, None)
        self._receipts.pop(person, None)

    def send(self, message: Message) -> None:
        """Hand ``message`` to the stack; MessageError if it is longer than a carrier takes."""
        to = self._recipients(message)
        signed = sealed(self._setting.signer, message)
        for person in to & self._scripted:
            self._post.signed(person, signed)
        match message.body:
            case Caption() as caption:
                if (place := self._post.caption(message, caption)) is not None:
                    self._stays(message, place)
            case Retraction(ids=ids):
                self._post.retract(ids)
            case body if (text := as_text(body, *self._wording)) is not None:
                self._say(message, text, to - self._scripted)
                self._stays(message, "chat")

    def remains(self, person: str) -> frozenset[Remains]:
        """Where words about ``person`` went from which they can't be taken back."""
        return frozenset(self._remains.get(person, ()))

    def _stays(self, message: Message, place: Remains) -> None:
        for person in message.about:
            self._remains.setdefault(person, set()).add(place)

    def _say(self, message: Message, text: str, to: frozenset[str]) -> None:
        if message.to is None:
            self._post.public(text)
            return
        for person in to:
            match message.body:
                case Notice() as notice:
                    self._notice(person, notice, text)
                case Receipt() as receipt:
                    self._receipt(person, receipt, text)
                case _:
                    self._post.private(person, text)

    def _notice(self, person: str, notice: Notice, text: str) -> None:
        worded = _without_nonces(notice)
        if self._told.get(person) == worded:
            return
        self._told[person] = worded
        self._post.private(person, text)
        if versions := {terms.name: terms.version for terms in notice.purposes}:
            noticed = Noticed(type="noticed", versions=versions)
            self._emit(Said(self._post.people()[person], noticed))

    def _receipt(self, person: str, receipt: Receipt, text: str) -> None:
        """A line for each answer that is new; where it is not, one a minute is enough."""
        now = self._setting.clock()
        said, at = self._receipts.get(person, ("", -math.inf))
        if said != receipt.text or now - at >= RECEIPT_SECONDS:
            self._receipts[person] = receipt.text, now
            self._post.private(person, text)

    def _recipients(self, message: Message) -> frozenset[str]:
        everybody = frozenset(self._post.people())
        return everybody if message.to is None else everybody & message.to


def _without_nonces(notice: Notice) -> Notice:
    """What chat can tell of it: who types a yes there quotes nothing."""
    terms = [terms.model_copy(update={"nonce": None}) for terms in notice.purposes]
    return notice.model_copy(update={"purposes": terms})
