"""How much one connection may ask of the bot, each number with its reason; and who floods it.

What is above a limit is dropped and counted. No limit ends a connection: the rest of it goes on.
"""

from __future__ import annotations

from consentry.rate_limit import RateLimit

MAX_SSRCS = 512
"""Of one connection: a hundred and twenty-eight m-lines of four sources. libsrtp keeps a context
of about a kilobyte for each that it decrypts."""

BYTES_PER_SECOND = 1_000_000
"""Of one source. Browsers stop at 2.5 Mbit/s for a camera and about as much for a screen;
this is 8 Mbit/s."""

BURST_BYTES = 1_000_000
"""At once: two large key frames of a shared screen."""

LEAST_PACKET_BYTES = 500
"""What a packet counts at least, since a short one costs as much to take as a long one: 2,000 a
second at most. Opus in its shortest frames, 2.5 ms, is 400."""

DATAGRAMS_PER_SECOND = 1000.0
"""STUN and DTLS of one connection. A control message of the longest kind is 14 datagrams, 30 a
second are allowed; connectivity checks of a hundred candidate pairs are 50 a second."""

DATAGRAM_BURST = 2000.0

MAX_QUEUED_DATAGRAMS = 512
"""That wait for the handshake or for the loop; a DTLS flight is ten."""

MAX_CANDIDATES = 64
"""Addresses of theirs, told or learned. Each is checked with STUN requests from each of our own
addresses, and they choose where those go (RFC 8445 section 19.5.1 wants a limit of 100)."""

MAX_MDNS_NAMES = 8
"""Candidates ``….local`` (RFC 8828) that are looked up; each may take a second."""


class Flood:
    """Whether one source sends more than anybody has reason to. Time is an input, in seconds."""

    def __init__(self, now: float) -> None:
        self._bucket = RateLimit(BYTES_PER_SECOND, BURST_BYTES, now)

    def admits(self, size: int, now: float) -> bool:
        """Whether one more packet of ``size`` bytes is within what it may send."""
        return self._bucket.allows(now, max(LEAST_PACKET_BYTES, size))


class Reporters:
    """Whose RTCP is opened on one connection: so many sources, and no flood of theirs."""

    def __init__(self) -> None:
        self._sources: set[int] = set()
        self._flood = Flood(float("-inf"))

    def admits(self, datagram: bytes, now: float) -> bool:
        """Whether an SRTCP datagram may be opened; who sends it stands in the clear."""
        source = int.from_bytes(datagram[4:8])
        if source not in self._sources and len(self._sources) >= MAX_SSRCS:
            return False
        return self._flood.admits(len(datagram), now)

    def vouched(self, datagram: bytes) -> None:
        """It was authentic: whoever forges reports can't use up the places of those who don't."""
        self._sources.add(int.from_bytes(datagram[4:8]))
