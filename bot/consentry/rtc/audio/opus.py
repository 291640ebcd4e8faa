"""Opus (RFC 6716) straight to 16 kHz mono, by the libopus that comes with PyAV."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import math
import weakref
from pathlib import Path

import av
import numpy as np

from consentry.errors import SetupError
from consentry.events import SAMPLE_RATE, Samples

MAX_FRAME = SAMPLE_RATE * 120 // 1000
"""Samples in the longest Opus packet, 120 ms (RFC 6716 section 2.1.4)."""

MAX_PACKET_BYTES = 1500


@functools.cache
def load_library() -> ctypes.CDLL:
    """libopus with the signatures of the functions used; SetupError if there is none here."""
    bundled = sorted((Path(av.__file__).parent.parent / "av.libs").glob("libopus-*.so*"))
    name = str(bundled[0]) if bundled else ctypes.util.find_library("opus")
    if name is None:
        raise SetupError("libopus is missing: install PyAV's wheel, or libopus0 from the system")
    try:
        library = ctypes.CDLL(name)
    except OSError:
        raise SetupError(f"{Path(name).name} can't be loaded: reinstall PyAV (av)") from None
    library.opus_decoder_create.restype = ctypes.c_void_p
    library.opus_decoder_create.argtypes = [
        ctypes.c_int32,
        ctypes.c_int,
        ctypes.POINTER(ctypes.c_int),
    ]
    library.opus_decoder_destroy.restype = None
    library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    library.opus_decode_float.restype = ctypes.c_int
    library.opus_decode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    return library


def duration(payload: bytes) -> float:
    """Seconds of audio in an Opus packet, by its header (RFC 6716 section 3.1); 0 if it is none."""
    if not payload:
        return 0.0
    frames = (1, 2, 2, payload[1] & 63 if len(payload) > 1 else 0)[payload[0] & 3]
    seconds = frames * _frame_seconds(payload[0] >> 3)
    return seconds if seconds <= MAX_FRAME / SAMPLE_RATE else 0.0


def _frame_seconds(configuration: int) -> float:
    """RFC 6716 section 3.1, table 2: SILK, hybrid, then CELT."""
    if configuration < 12:
        return (0.01, 0.02, 0.04, 0.06)[configuration & 3]
    if configuration < 16:
        return (0.01, 0.02)[configuration & 1]
    return (0.0025, 0.005, 0.01, 0.02)[configuration & 3]


def has_redundancy(payload: bytes) -> bool:
    """Whether the packet repeats the one before it, more coarsely (LBRR, RFC 6716 section 4.2.4).

    The flags are the first bits of the frame, one voice flag for each 20 ms before each of
    them. Read where a packet is one frame, as every real-time sender makes them.
    """
    if len(payload) < 2 or payload[0] & 3 or payload[0] >> 3 >= 16:
        return False
    frames = max(1, round(_frame_seconds(payload[0] >> 3) / 0.02))
    flags = payload[1] >> (7 - frames) & 1
    if payload[0] & 4 and 6 - 2 * frames >= 0:  # stereo
        flags |= payload[1] >> (6 - 2 * frames) & 1
    return bool(flags)


class OpusDecoder:
    """One stream's decoder; every method's result is ``float32[n]`` at 16 kHz, mono, to be made
    :func:`sound` before anybody hears it."""

    def __init__(self) -> None:
        self._library = load_library()
        self._buffer = np.zeros(MAX_FRAME, np.float32)
        self._pointer = self._buffer.ctypes.data
        self._open()

    def decode(self, payload: bytes) -> Samples | None:
        """The samples in ``payload``; ``None`` if it isn't Opus, and the state is fresh then."""
        if not 0 < len(payload) <= MAX_PACKET_BYTES:
            return None  # to libopus an empty payload would mean a lost one
        return self._run(payload, MAX_FRAME, from_next=False)

    def conceal(self, samples: int) -> Samples | None:
        """What may have been in ``samples`` that were lost, going by what came before."""
        return self._run(None, _whole_frames(samples), from_next=False)

    def recover(self, following: bytes, samples: int) -> Samples | None:
        """The ``samples`` just before ``following``, from the redundancy in it if it has any."""
        return self._run(following, _whole_frames(samples), from_next=True)

    def close(self) -> None:
        """Free the decoder and what it remembers; it can't be used any more."""
        self._destroy()

    def _open(self) -> None:
        error = ctypes.c_int()
        state = self._library.opus_decoder_create(SAMPLE_RATE, 1, ctypes.byref(error))
        if not state:
            raise SetupError(f"libopus gives no decoder (error {error.value})")
        self._state = ctypes.c_void_p(state)
        self._destroy = weakref.finalize(self, self._library.opus_decoder_destroy, self._state)

    def _run(self, payload: bytes | None, room: int, *, from_next: bool) -> Samples | None:
        count: int = self._library.opus_decode_float(
            self._state,
            payload,
            len(payload) if payload is not None else 0,
            self._pointer,
            room,
            int(from_next),
        )
        if count < 0:
            self._destroy()
            self._open()
            return None
        return self._buffer[:count].copy()


def sound(samples: Samples) -> Samples:
    """``samples`` within [-1, 1], in place: loud or broken packets overshoot, and what is decoded
    from the wire may be no number at all."""
    if not float(np.dot(samples, samples)) < math.inf:
        np.nan_to_num(samples, copy=False)
    return np.clip(samples, -1.0, 1.0, out=samples)


def _whole_frames(samples: int) -> int:
    """libopus conceals in steps of 2.5 ms, and no more than 120 ms at once."""
    step = SAMPLE_RATE // 400
    return max(step, min(MAX_FRAME, samples // step * step))
