"""Nonces: a yes quotes one, so that it answers a notice that was made for that very person.

A nonce is a serial number, the time it was made at and 18 random bytes, under an HMAC-SHA-256 that
also covers person, purpose and the version of the terms; the key is of this call's session alone.
So none can be made up, carried over from another person, purpose, wording or call, or outlive a
restart. Each answer of a person, a no as well, uses up every nonce they had for that purpose: a yes
that was recorded, or that comes late, does not undo what was said after it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from consentry.messages import Notice, PurposeTerms

LIFETIME = 24 * 3600.0
"""Seconds after which a nonce is void."""
RENEWED_AFTER = LIFETIME / 2
"""Seconds after which a notice gets another: what is on a screen stays good for as long again."""

_HEAD = struct.Struct(">Qd18s")
"""Serial number, seconds on the call's clock, random bytes."""
_MAC = hashlib.sha256().digest_size


class Fault(StrEnum):
    """Why a yes is not taken."""

    MISSING = "missing"
    """It quotes nothing."""
    FORGED = "forged"
    """It quotes what was not made here for this person, purpose and version."""
    SPENT = "spent"
    """It was used, or something was said after it."""
    EXPIRED = "expired"
    """It is too old; or younger than now, where a clock was set back."""


@dataclass(frozen=True, slots=True)
class Question:
    """One purpose, as one person is asked for it."""

    person: str
    purpose: str
    version: str
    """Of the terms in force."""


@dataclass(frozen=True, slots=True)
class _Held:
    nonce: str
    version: str
    serial: int
    at: float


@dataclass(slots=True)
class _Turn:
    """One person and purpose; nonces with serial numbers up to ``spent`` are used up."""

    spent: int = 0
    last: int = 0
    held: _Held | None = None


class Nonces:
    """The nonces of everybody in one call. Times are seconds on the call's clock."""

    def __init__(
        self, key: bytes | None = None, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._key = key or secrets.token_bytes(32)
        self._random = random
        self._turns: dict[tuple[str, str], _Turn] = {}

    def issue(self, question: Question, now: float) -> str:
        """The nonce that a notice holds: the same until it is used, too old, or of other terms."""
        turn = self._turn(question.person, question.purpose)
        held = turn.held
        if held is None or held.version != question.version or not _young(held.at, now):
            turn.last += 1
            held = turn.held = self._make(question, turn.last, now)
        return held.nonce

    def redeem(self, nonce: str | None, question: Question, now: float) -> Fault | None:
        """Use ``nonce`` up for a yes; what is wrong with it, if anything is."""
        if nonce is None:
            return Fault.MISSING
        opened = self._open(nonce, question)
        if opened is None:
            return Fault.FORGED
        serial, at = opened
        if serial <= self._turn(question.person, question.purpose).spent:
            return Fault.SPENT
        if not 0 <= now - at <= LIFETIME:
            return Fault.EXPIRED
        self.void(question.person, question.purpose)
        return None

    def void(self, person: str, purpose: str) -> None:
        """Something was said: what ``person`` had for ``purpose`` until now is used up."""
        turn = self._turn(person, purpose)
        turn.spent, turn.held = turn.last, None

    def quoted(self, person: str, notice: Notice, now: float) -> Notice:
        """``notice`` as ``person`` gets it: with a nonce for each purpose they can agree to."""
        terms = [self._with_nonce(person, terms, now) for terms in notice.purposes]
        return notice.model_copy(update={"purposes": terms})

    def _with_nonce(self, person: str, terms: PurposeTerms, now: float) -> PurposeTerms:
        nonce = self.issue(Question(person, terms.name, terms.version), now)
        return terms.model_copy(update={"nonce": nonce})

    def _turn(self, person: str, purpose: str) -> _Turn:
        return self._turns.setdefault((person, purpose), _Turn())

    def _make(self, question: Question, serial: int, now: float) -> _Held:
        head = _HEAD.pack(serial, now, self._random(18))
        text = base64.urlsafe_b64encode(head + self._mac(head, question))
        return _Held(text.decode(), question.version, serial, now)

    def _open(self, nonce: str, question: Question) -> tuple[int, float] | None:
        try:
            raw = base64.b64decode(nonce.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        head, mac = raw[: _HEAD.size], raw[_HEAD.size :]
        if len(mac) != _MAC or not hmac.compare_digest(mac, self._mac(head, question)):
            return None
        serial, at, _ = _HEAD.unpack(head)
        return serial, at

    def _mac(self, head: bytes, question: Question) -> bytes:
        # As JSON no two questions read the same, whatever is in a name.
        asked = json.dumps([question.person, question.purpose, question.version]).encode()
        return hmac.digest(self._key, head + asked, "sha256")


def _young(at: float, now: float) -> bool:
    return 0 <= now - at < RENEWED_AFTER
