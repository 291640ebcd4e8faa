"""A network that brings this process no UDP: the kernel drops it at each socket."""

from __future__ import annotations

import ctypes
import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.network.wire_tap import SO_ATTACH_FILTER

SO_DETACH_FILTER = 27
"""asm-generic/socket.h"""
_DROP = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
"""Classic BPF in one step: let go."""


@contextmanager
def deaf() -> Iterator[None]:
    """While the block runs, nothing arrives at the UDP sockets that were open at its beginning.

    What a socket sends is sent: nobody hears the answer.
    """
    program = struct.pack("HL", 1, ctypes.addressof(_DROP))
    for each in _sockets():
        with each:
            each.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    try:
        yield
    finally:
        for each in _sockets():
            with each, suppress(FileNotFoundError):  # it is younger than the block
                each.setsockopt(socket.SOL_SOCKET, SO_DETACH_FILTER, 0)


def _sockets() -> Iterator[socket.socket]:
    """This process's UDP sockets, by names of our own that share all but the number."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the folder itself, closed by now
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            each = socket.socket(fileno=os.dup(int(name)))
            if each.type == socket.SOCK_DGRAM and each.family in (socket.AF_INET, socket.AF_INET6):
                yield each
            else:
                each.close()
