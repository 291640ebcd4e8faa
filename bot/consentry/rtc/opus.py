"""Opus (RFC 6716) straight to 16 kHz mono, by the libopus that comes with PyAV."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
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
    library.opus_packet_get_nb_samples.restype = ctypes.c_int
    library.opus_packet_get_nb_samples.argtypes = [
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.c_int32,
    ]
    return library


def duration(payload: bytes) -> float:
    """Seconds of audio in an Opus packet, by its header (RFC 6716 section 3.1); 0 if it is none."""
    count: int = load_library().opus_packet_get_nb_samples(payload, len(payload), SAMPLE_RATE)
    return max(0, count) / SAMPLE_RATE


class OpusDecoder:
    """One stream's decoder; every method's result is ``float32[n]`` at 16 kHz, mono."""

    def __init__(self) -> None:
        self._library = load_library()
        self._buffer = np.zeros(MAX_FRAME, np.float32)
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
            self._buffer.ctypes.data,
            room,
            int(from_next),
        )
        if count < 0:
            self._destroy()
            self._open()
            return None
        # Loud or broken input overshoots, and floats from the wire may be no numbers at all.
        return np.clip(np.nan_to_num(self._buffer[:count]), -1.0, 1.0)


def _whole_frames(samples: int) -> int:
    """libopus conceals in steps of 2.5 ms, and no more than 120 ms at once."""
    step = SAMPLE_RATE // 400
    return max(step, min(MAX_FRAME, samples // step * step))
