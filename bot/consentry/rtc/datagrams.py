"""A UDP socket that is read in batches while media comes, and at once while it does not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from consentry.rtc.rtp import is_rtp

MAX_BYTES = 2048
"""Of one datagram; what is longer is cut, and SRTP or DTLS will not vouch for it."""

MAX_READ = 256
"""Datagrams read at once, so that a flood holds up nobody else."""

MAX_AGE = 1.0
"""Seconds; a datagram that seems to have waited longer met a clock that was set."""

QUIET = 5
"""Readings in a row that find no media, after which a socket is left to wake the loop itself."""

SO_TIMESTAMPNS = 35
"""Of Linux: the kernel notes when each datagram arrived (socket(7))."""

_TIMESPEC = struct.Struct("qq")
_NOTE_BYTES = socket.CMSG_SPACE(_TIMESPEC.size)

Read = Callable[[], bool]
"""Takes what has arrived; false once there is no need to be called any more."""

Poll = Callable[[Read], bool]
"""Reads with its batches from now on; false if it makes none."""


class BatchedDatagrams(asyncio.DatagramTransport):
    """The transport of one bound UDP socket, which it owns.

    To wake up for each datagram costs more than to deal with it. So the first packet of media
    wakes the loop; ``poll`` is asked then to read on with everything else that is due, until none
    has come for a while. What was waiting meanwhile says for how long: :attr:`age`. Handshakes
    and what people say to the bot wake the loop each time, while there is no media.
    """

    def __init__(
        self,
        sock: socket.socket,
        protocol: asyncio.DatagramProtocol,
        poll: Poll,
    ) -> None:
        super().__init__({"socket": sock, "sockname": sock.getsockname()})
        sock.setblocking(False)
        with contextlib.suppress(OSError):  # a system without: all arrive when they are read
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.age = 0.0
        """Seconds since the datagram arrived that is being handed on; 0 where nobody knows."""
        self._socket = sock
        self._protocol = protocol
        self._poll = poll
        self._loop = asyncio.get_running_loop()
        self._quiet = 0
        self._media = False
        """Whether there was any among what was read last."""
        self._closing = False
        self._loop.add_reader(sock, self._wake)

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send now or not at all; what the network has no room for is lost, as on its way."""
        if self._closing:
            return
        try:
            if addr is not None:
                self._socket.sendto(data, addr)
        except BlockingIOError:
            pass
        except OSError as exc:
            self._protocol.error_received(exc)

    def is_closing(self) -> bool:
        return self._closing

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def close(self) -> None:
        if self._closing:
            return
        self._closing = True
        self._loop.remove_reader(self._socket)
        self._loop.call_soon(self._closed)

    def abort(self) -> None:
        self.close()

    def read(self) -> bool:
        """Take what has arrived; false once the loop will be woken for the next datagram."""
        if self._closing:
            return False
        self._take()
        self._quiet = 0 if self._media else self._quiet + 1
        if self._quiet < QUIET:
            return True
        self._loop.add_reader(self._socket, self._wake)
        return False

    def _wake(self) -> None:
        self._loop.remove_reader(self._socket)
        self._quiet = 0
        try:
            self._take()
        finally:
            batched = self._media and not self._closing and self._poll(self.read)
            if not batched and not self._closing:
                self._loop.add_reader(self._socket, self._wake)

    def _take(self) -> None:
        self._media = False
        for _ in range(MAX_READ):
            try:
                data, notes, _, address = self._socket.recvmsg(MAX_BYTES, _NOTE_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as exc:  # of an earlier datagram that nobody took (ICMP)
                self._protocol.error_received(exc)
                continue
            self.age = _age(notes)
            self._media = self._media or is_rtp(data)
            self._protocol.datagram_received(data, address)
            if self._closing:
                return

    def _closed(self) -> None:
        self._socket.close()
        self._protocol.connection_lost(None)


def _age(notes: list[tuple[int, int, bytes]]) -> float:
    """Seconds since the kernel had the datagram, by its own note; its clock may have been set."""
    for level, kind, note in notes:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(note) == _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack(note)
            age = time.time() - seconds - nanoseconds * 1e-9
            return age if 0.0 < age < MAX_AGE else 0.0
    return 0.0


def take_over(protocol: Any, poll: Poll) -> None:
    """Put a batched transport in the place of the one ``protocol`` has, on the same socket."""
    transport: asyncio.DatagramTransport = protocol.transport
    sock = socket.socket(fileno=socket.dup(transport.get_extra_info("socket").fileno()))
    transport.set_protocol(_Nobody())
    transport.abort()
    protocol.transport = BatchedDatagrams(sock, protocol, poll)


class _Nobody(asyncio.DatagramProtocol):
    """Whom a transport tells that it was closed."""
