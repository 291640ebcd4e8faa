"""Says what of one participant's audio is missing where one connection took another's place."""

from __future__ import annotations

from consentry.events import AudioFrame, Gap, Participant

SMALLEST = 0.04
"""Seconds; two clocks that met anew are no further apart than this, and nothing was lost then."""


class Continuity:
    """Follows the audio of one participant across connections.

    Losses within a connection are its receiver's to tell; what is lost between the last
    sample of one and the first of the next, only somebody who outlives both can.
    """

    def __init__(self, participant: Participant) -> None:
        self._participant = participant
        self._end: float | None = None
        self._broken = False

    def interrupted(self) -> None:
        """The connection is gone, or is given up."""
        self._broken = True

    def before(self, frame: AudioFrame) -> Gap | None:
        """What has to be said to be missing before ``frame``, if anything is."""
        end, broken = self._end, self._broken
        self._end, self._broken = frame.end, False
        if not broken or end is None or frame.at - end < SMALLEST:
            return None
        return Gap(self._participant, end, frame.at - end)
