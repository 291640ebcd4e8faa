"""Logging in: the vectors of the RFCs, and servers that don't keep to them."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentry.connectors.jitsi.sasl import MAX_ITERATIONS, Account, Scram, choose
from consentry.errors import SignalingError

USER = Account("user", "pencil")

VECTORS = [
    (
        "SCRAM-SHA-1",  # RFC 5802 section 5
        "fyko+d2lbbFgONRv9qkxdawL",
        "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    (
        "SCRAM-SHA-256",  # RFC 7677 section 3
        "rOprNGfwEbeRWgbNEkqO",
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(("name", "nonce", "challenge", "proof", "verdict"), VECTORS)
def test_scram_by_its_vectors(
    name: str, nonce: str, challenge: str, proof: str, verdict: str
) -> None:
    scram = Scram(name, USER, nonce)
    assert scram.first() == b64(f"n,,n=user,r={nonce}")
    assert scram.respond(b64(challenge)) == b64(proof)
    scram.finish(b64(verdict))


def test_a_verdict_that_comes_as_a_challenge_counts() -> None:
    name, nonce, challenge, _, verdict = VECTORS[0]
    scram = Scram(name, USER, nonce)
    scram.respond(b64(challenge))
    assert scram.respond(b64(verdict)) == ""
    scram.finish("")


@pytest.mark.parametrize("verdict", ["", "v=AAAA", "e=invalid-proof", "v=rmF9"])
def test_a_server_that_does_not_prove_itself_is_not_believed(verdict: str) -> None:
    name, nonce, challenge, *_ = VECTORS[0]
    scram = Scram(name, USER, nonce)
    scram.respond(b64(challenge))
    with pytest.raises(SignalingError):
        scram.finish(b64(verdict) if verdict else "")


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "r=other,s=QSXCR+Q6sek8bf92,i=4096",
        "r=nonce,s=QSXCR+Q6sek8bf92,i=4096",
        "r=nonce1,s=QSXCR+Q6sek8bf92,i=0",
        f"r=nonce1,s=QSXCR+Q6sek8bf92,i={MAX_ITERATIONS + 1}",
        "r=nonce1,s=QSXCR+Q6sek8bf92,i=99999999999999999999",
        "r=nonce1,s=QSXCR+Q6sek8bf92,i=-1",
        "r=nonce1,s=?,i=4096",
        "m=extension,r=nonce1,s=QSXCR+Q6sek8bf92,i=4096",
    ],
)
def test_a_challenge_that_breaks_the_protocol_is_refused(challenge: str) -> None:
    with pytest.raises(SignalingError):
        Scram("SCRAM-SHA-1", USER, "nonce").respond(b64(challenge))


@settings(deadline=None)
@given(st.text())
def test_any_challenge_is_answered_or_refused(challenge: str) -> None:
    for text in (challenge, b64(challenge.encode(errors="replace").decode())):
        try:
            Scram("SCRAM-SHA-256", USER, "n").respond(text)
        except SignalingError:
            continue


def test_the_strongest_way_is_taken() -> None:
    offered = ["PLAIN", "SCRAM-SHA-1", "ANONYMOUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"]
    assert choose(offered, USER, "n", tls=True).name == "SCRAM-SHA-256"
    assert choose(offered, None, "n", tls=True).name == "ANONYMOUS"
    assert choose(["PLAIN"], USER, "n", tls=True).first() == b64("\0user\0pencil")


def test_a_password_goes_nowhere_in_the_clear() -> None:
    with pytest.raises(SignalingError):
        choose(["PLAIN"], USER, "n", tls=False)


def test_a_guest_is_turned_away_where_there_are_none() -> None:
    with pytest.raises(SignalingError):
        choose(["SCRAM-SHA-1"], None, "n", tls=True)
