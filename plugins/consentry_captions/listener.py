"""Cuts one participant's audio into utterances: pre-roll, pauses, lost audio, long speech."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from consentry.api import SAMPLE_RATE, AudioFrame, Gap, Samples, VoiceActivity

WINDOW = 512
STEP = WINDOW / SAMPLE_RATE
"""Samples and seconds of one decision of the voice activity detector."""

SPEECH, STILL_SPEECH = 0.5, 0.35
"""Probabilities at which speech starts and goes on: the hysteresis of Silero VAD."""

ONSET = 3
"""Windows in a row that make a start: a click has fewer."""
PRE_ROLL = 10
"""Windows kept from before the start: unvoiced consonants come before the voice does."""
POST_ROLL = 7
"""Windows kept after the last voice: words fade."""
EVIDENCE = 4
"""Windows of voice without which there was no word."""

PAUSE, SHORT_PAUSE = 0.55, 0.16
"""Seconds of quiet that end an utterance, for short ones and, falling from EASY to HARD, long."""
EASY, HARD = 7.0, 12.0
LONGEST = 14.0
"""Seconds at which an utterance is cut at its quietest point, pause or not."""
EARLIEST_CUT = 8.0

AUDIBLE_GAP = 0.15
"""Seconds of lost audio that may hold a word."""
LONG_GAP = 2.0
"""Seconds of lost audio after which speech is a new utterance."""
NEAR = 0.3
"""Seconds between voice and lost audio within which the speaker was likely still speaking."""
SLACK = 0.4
"""Seconds that audio may come after the tick of its time."""
DRIFT = 0.04
"""Seconds between frames that are no silence."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something said without a long pause. ``None`` among the pieces is where audio was lost."""

    start: float
    end: float
    pieces: tuple[Samples | None, ...]

    @property
    def seconds(self) -> float:
        return sum(len(piece) for piece in self.pieces if piece is not None) / SAMPLE_RATE

    @property
    def lossy(self) -> bool:
        return any(piece is None for piece in self.pieces)


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    at: float
    voice: float
    samples: Samples | None
    """``None``: audio was lost here."""

    @property
    def end(self) -> float:
        return self.at if self.samples is None else self.at + STEP

    @property
    def level(self) -> float:
        return 0.0 if self.samples is None else float(np.sqrt(np.mean(self.samples**2)))


class Listener:
    """
    What one participant is saying.

    Idle, it keeps the last third of a second. ONSET windows of speech open an utterance; a
    pause, lost audio, LONGEST, or :meth:`close` ends it. All methods that take something in return
    the utterances it ended, mostly none.
    """

    def __init__(self, activity: VoiceActivity) -> None:
        self._activity = activity
        self._before: deque[_Window] = deque(maxlen=PRE_ROLL + ONSET)
        self._open: list[_Window] = []
        self._rest: Samples = np.zeros(0, np.float32)
        self._next: float | None = None
        self._start = 0.0
        self._spoken = 0.0
        self._quiet = 0

    @property
    def start(self) -> float | None:
        """When the open utterance began, on the call's clock."""
        return self._start if self._open else None

    @property
    def spoken(self) -> float:
        """When the last voice of the open utterance ended."""
        return self._spoken

    def hear(self, frame: AudioFrame) -> list[Utterance]:
        """Take in the next audio. A jump in time is silence that nobody sent.

        Where the sender's clock is corrected backwards, the audio follows on all the same: within
        an utterance time does not run back, and no word is lost.
        """
        ended: list[Utterance] = []
        start = frame.at
        if self._next is not None:
            if frame.at - self._next > DRIFT:
                ended += self._hush(frame.at - self._next)
            elif self._open:
                start = max(start, self._next)
        self._next = start + frame.duration
        self._rest = np.concatenate([self._rest, frame.samples])
        for voice in self._activity.feed(frame.samples):
            at = self._next - len(self._rest) / SAMPLE_RATE
            window, self._rest = self._rest[:WINDOW], self._rest[WINDOW:]
            ended += self._push(_Window(at, voice, window))
        return ended

    def lose(self, gap: Gap) -> list[Utterance]:
        """Take note that audio was lost."""
        if gap.duration < AUDIBLE_GAP:
            return []  # The next frame shows it as a moment of silence.
        end = max(gap.at + gap.duration, self._next or 0.0)
        lost = _Window(gap.at, 0.0, None)
        self._forget_rest()
        self._next = end
        if not self._open:
            self._before.clear()
            self._before.append(replace(lost, at=end))
            return []
        if gap.at - self._spoken <= NEAR:
            self._open.append(lost)
            self._quiet = 0
        return self.close() if gap.duration >= LONG_GAP else []

    def wait(self, now: float) -> list[Utterance]:
        """Time passed. Where no audio comes any more, the participant is silent."""
        if self._open and self._next is not None and now - self._next > PAUSE + SLACK:
            return self.close()
        return []

    def close(self) -> list[Utterance]:
        """End the open utterance here."""
        ended = self._end(self._open)
        self._open = []
        self._before.clear()
        return ended

    def draft(self) -> Utterance:
        """The open utterance so far."""
        return self._utterance(self._open)

    def _hush(self, seconds: float) -> list[Utterance]:
        quiet = int(min(seconds, PAUSE + 2 * STEP) / STEP)
        ended: list[Utterance] = []
        self._forget_rest()
        at = self._next or 0.0
        for i in range(quiet):
            ended += self._push(_Window(at + i * STEP, 0.0, np.zeros(WINDOW, np.float32)))
        return ended

    def _forget_rest(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._activity.reset()

    def _push(self, window: _Window) -> list[Utterance]:
        if not self._open:
            self._before.append(window)
            self._open_if_speech()
            return []
        self._open.append(window)
        if window.voice >= STILL_SPEECH:
            self._spoken, self._quiet = window.end, 0
        else:
            self._quiet += 1
        length = window.end - self._start
        if self._quiet * STEP >= _pause(length):
            return self._pause_here()
        return self._cut() if length >= LONGEST else []

    def _open_if_speech(self) -> None:
        before = list(self._before)
        first = len(before) - ONSET
        if first < 0 or any(window.voice < SPEECH for window in before[first:]):
            return
        lost = next((i for i, window in enumerate(before) if window.samples is None), None)
        if lost is not None and before[first].at - before[lost].at > NEAR / 2:
            del before[lost]
        self._open = before
        self._start, self._spoken, self._quiet = before[-ONSET].at, before[-1].end, 0
        self._before.clear()

    def _pause_here(self) -> list[Utterance]:
        windows, self._open = self._open, []
        ended = self._end(windows)
        self._before.extend(windows[-PRE_ROLL:])
        return ended

    def _cut(self) -> list[Utterance]:
        """End long speech where it is quietest, and go on with what comes after."""
        windows = self._open
        at = _quietest(windows, self._start + EARLIEST_CUT)
        ended = self._end(windows[:at])
        self._open = windows[at:]
        self._start = self._open[0].at
        return ended

    def _end(self, windows: list[_Window]) -> list[Utterance]:
        voiced = sum(window.voice >= SPEECH for window in windows)
        return [self._utterance(windows)] if voiced >= EVIDENCE else []

    def _utterance(self, windows: list[_Window]) -> Utterance:
        voiced = [i for i, window in enumerate(windows) if window.voice >= STILL_SPEECH]
        lost = [i for i, window in enumerate(windows) if window.samples is None]
        last = max([*voiced, *lost], default=0)
        end = windows[voiced[-1]].end if voiced else windows[last].end
        return Utterance(self._start, end, _pieces(windows[: last + 1 + POST_ROLL]))


def _pause(length: float) -> float:
    """The pause that ends an utterance of ``length`` seconds: the longer, the sooner."""
    return float(np.interp(length, [EASY, HARD], [PAUSE, SHORT_PAUSE]))


def _quietest(windows: list[_Window], earliest: float) -> int:
    """The window in the middle of the quietest 130 ms after ``earliest``."""
    first = next(i for i, window in enumerate(windows) if window.at >= earliest)
    levels = np.array([window.level * (0.1 + window.voice) for window in windows[first:]])
    return first + 2 + int(np.argmin(np.convolve(levels, np.ones(4), "valid")))


def _pieces(windows: list[_Window]) -> tuple[Samples | None, ...]:
    pieces: list[Samples | None] = []
    run: list[Samples] = []
    for window in windows:
        if window.samples is not None:
            run.append(window.samples)
            continue
        if run:
            pieces.append(np.concatenate(run))
        run = []
        if not pieces or pieces[-1] is not None:
            pieces.append(None)
    return (*pieces, np.concatenate(run)) if run else tuple(pieces)
