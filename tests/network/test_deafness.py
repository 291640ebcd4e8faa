"""What the kernel drops, and what it does not."""

from __future__ import annotations

import socket

from tests.network.deafness import deaf
from tests.network.wire_tap import need_raw_sockets


def test_while_deaf_nothing_arrives_and_afterwards_it_does_again() -> None:
    need_raw_sockets()  # Linux
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mouth,
    ):
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(5)
        mouth.sendto(b"before", ear.getsockname())
        with deaf():
            mouth.sendto(b"during", ear.getsockname())
        mouth.sendto(b"after", ear.getsockname())
        assert [ear.recv(16), ear.recv(16)] == [b"before", b"after"]
