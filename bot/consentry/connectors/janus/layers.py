"""Which of a camera's simulcast layers is asked for: the smallest, unless it is to be fine."""

from __future__ import annotations

from consentry.connectors.driver import is_fine

LOWEST, HIGHEST = 0, 2
"""Substreams, as Janus counts them."""

SETTLED = 0.4
"""Seconds after Janus switched from which a picture is of the layer that it switched to."""


class Layers:
    """
    The layers of one camera, which is :attr:`substream` of them now. ``now`` is of any one clock.

    Janus does not say how large a layer is. So of a camera that is to be fine the second is asked
    for, and where the pictures of that are too small, the third.
    """

    def __init__(self) -> None:
        self.substream = LOWEST
        self._fine = False
        self._settled_at: float | None = None
        """When pictures are of :attr:`substream`; ``None`` while Janus has not switched to it."""

    def want(self, *, fine: bool) -> bool:
        """Whether another layer is to be asked for."""
        changed, self._fine = fine != self._fine, fine
        if changed:
            self._ask(LOWEST + 1 if fine else LOWEST)
        return changed

    def connected(self) -> None:
        """Another connection takes the place of the one before."""
        self._settled_at = None

    def switched(self, substream: int, now: float) -> None:
        """Janus sends this one from now on."""
        self._settled_at = now + SETTLED if substream == self.substream else None

    def seen(self, width: int, height: int, now: float) -> bool:
        """A picture came; whether another layer is to be asked for."""
        settled = self._settled_at is not None and now >= self._settled_at
        if not (self._fine and settled) or is_fine(width, height) or self.substream == HIGHEST:
            return False
        self._ask(self.substream + 1)
        return True

    def _ask(self, substream: int) -> None:
        self.substream, self._settled_at = substream, None
