"""What the ledger shows of some of its entries: their bytes, and the way from each to one head."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, select

from consentry.ledger import merkle
from consentry.ledger.heads import read_head
from consentry.ledger.log import newest_head, nodes_of
from consentry.ledger.records import decode
from consentry.receipts.building import Facts, ShownWords
from consentry.receipts.record import Entry, Evidence
from consentry.signing import b64url, fingerprint
from consentry.store.tables import ledger_entry, ledger_person, terms


def indices_of(connection: Connection, handles: Sequence[bytes]) -> list[int]:
    """The entries of these people, in order."""
    theirs = select(ledger_person.c.index).where(ledger_person.c.handle.in_(handles))
    return sorted(int(index) for index in connection.execute(theirs).scalars())


def facts_of(connection: Connection, public_key: bytes, indices: Sequence[int]) -> Facts | None:
    """What a receipt with these entries is made from; ``None`` where there are none. LedgerError
    if one of them is no record."""
    signed = newest_head(connection)
    if signed is None or not indices:
        return None
    entries = _entries(connection, indices)
    head = read_head(signed, public_key)
    nodes = cache(nodes_of(connection))  # entries near each other have most of them in common
    paths = {index: merkle.inclusion_proof(index, head.size, nodes) for index in entries}
    places = _places(paths.values())
    evidence = Evidence(
        key=b64url(public_key),
        fingerprint=fingerprint(public_key),
        head=signed,
        hashes=[b64url(node) for node in places],
        entries=[
            Entry(index=index, record=data.decode(), path=[places[node] for node in paths[index]])
            for index, data in entries.items()
        ],
    )
    return Facts(evidence, _words(connection, entries.values()))


def _entries(connection: Connection, indices: Sequence[int]) -> dict[int, bytes]:
    wanted = select(ledger_entry.c.index, ledger_entry.c.data).where(
        ledger_entry.c.index.in_(indices)
    )
    rows = connection.execute(wanted.order_by(ledger_entry.c.index))
    return {int(index): bytes(data) for index, data in rows}


def _places(paths: Iterable[Sequence[bytes]]) -> dict[bytes, int]:
    """Each node once, with its place."""
    nodes = dict.fromkeys(node for path in paths for node in path)
    return {node: place for place, node in enumerate(nodes)}


def _words(connection: Connection, entries: Iterable[bytes]) -> Mapping[str, ShownWords]:
    digests = {notice for data in entries if (notice := decode(data).notice) is not None}
    wanted = select(terms.c.digest, terms.c.language, terms.c.words).where(
        terms.c.digest.in_(digests)
    )
    return {
        str(digest): ShownWords(str(language), str(words))
        for digest, language, words in connection.execute(wanted)
    }
