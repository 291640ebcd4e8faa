"""Words and sounds that nobody else says, and the search for them in memory and in files."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import string
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import TypeAlias

import numpy as np

from consentry.api import Samples

Holders: TypeAlias = "tuple[object, Holders] | None"
LEAVES = (str, bytes, bytearray, memoryview, np.ndarray)

SHIFT = 0x55
"""What a secret is kept under, so that whoever knows it does not hold it."""
LENGTH = 12


@dataclass(frozen=True)
class Traces:
    """What text and sound of somebody look like."""

    text: str
    encoded: bytes
    sound: bytes

    def are_in(self, held: object) -> bool:
        match held:
            case str():
                return self.text in held
            case bytes() | bytearray():
                return self.encoded in held or self.sound in held
            case memoryview():
                return held.nbytes > 0 and self.are_in(bytes(held))
            case np.ndarray() if held.dtype == np.float32:
                return self.sound in held.tobytes()
            case _:
                return False


@dataclass(frozen=True)
class Canary:
    """What is in all that one person says: a word of their own, and a loudness of their own.

    It holds neither; :meth:`word` and :meth:`sound` make them.
    """

    person: str
    veiled: tuple[int, ...]
    level: int
    """Of the sound, in 2^-20."""

    @classmethod
    def of(cls, person: str, number: int, chance: random.Random) -> Canary:
        letters = chance.sample(string.ascii_lowercase, LENGTH)
        return cls(person, tuple(ord(one) ^ SHIFT for one in letters), 400_000 + 1_009 * number)

    def word(self, number: int = 0) -> str:
        """The word, with a number that tells one utterance from the next."""
        letters = "".join(chr(one ^ SHIFT) for one in self.veiled)
        return letters.capitalize() + "abcdefghij"[number % 10]

    def sound(self, seconds: float) -> Samples:
        return np.full(round(seconds * 16_000), self.level / 2**20, np.float32)

    def spoke(self, samples: Samples) -> bool:
        """Whether it is mostly this one's sound."""
        return bool((samples == np.float32(self.level / 2**20)).mean() > 0.2)

    def traces(self) -> Traces:
        """What to look for, made anew for each search."""
        word = "".join(chr(one ^ SHIFT) for one in self.veiled)[1:]
        return Traces(word, word.encode(), np.full(8, self.level / 2**20, np.float32).tobytes())


def in_memory(canary: Canary) -> list[str]:
    """Where in this process it is: what holds it, from within."""
    gc.collect()
    traces = canary.traces()
    own = {id(each) for each in (traces.text, traces.encoded, traces.sound)}
    return [
        " < ".join(_chain(holders))
        for held, holders in _everything()
        if id(held) not in own and traces.are_in(held)
    ]


async def in_memory_now(canary: Canary) -> list[str]:
    """The same of this moment, while the loop goes on: a copy of the process is searched."""
    gc.collect()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.write(writing, json.dumps(in_memory(canary)[:20]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        found = await asyncio.to_thread(pipe.read)
    await asyncio.to_thread(os.waitpid, child, 0)
    assert found, "the copy failed before it had an answer"
    places: list[str] = json.loads(found)
    return places


def _everything() -> Iterator[tuple[object, Holders]]:
    """All that can hold text or sound, and what it hangs on."""
    frames = [frame for frame in sys._current_frames().values() if frame is not sys._getframe()]
    seen: set[int] = set()
    waiting: list[tuple[object, Holders]] = [(each, None) for each in (*gc.get_objects(), *frames)]
    seen.update(id(each) for each, _ in waiting)
    skipped = {id(waiting), id(seen), id(frames)}
    while waiting:
        holder, above = waiting.pop()
        if id(holder) in skipped:
            continue
        for each in gc.get_referents(holder):
            if id(each) in seen:
                continue
            seen.add(id(each))
            if isinstance(each, LEAVES):
                yield each, (holder, above)
            elif not isinstance(each, type):
                waiting.append((each, (holder, above)))


def _chain(holders: Holders) -> Iterator[str]:
    while holders is not None:
        holder, holders = holders
        named = isinstance(holder, CoroutineType | GeneratorType | AsyncGeneratorType)
        yield getattr(holder, "__qualname__", "") if named else type(holder).__name__


def in_files(canary: Canary, folders: Iterable[Path]) -> list[Path]:
    """Files under ``folders`` that hold it, in any of the ways text is written."""
    word = canary.word()[1:-1]
    forms = [word.encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be")]
    forms.append(canary.traces().sound)
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(form in path.read_bytes() for form in forms)]
