"""Reads JSON that comes from others: an object, and no deeper than it has reason to be."""

from __future__ import annotations

import json
from typing import Any

from consentry.errors import SignalingError

MAX_DEPTH = 24


def read_json(text: str, max_depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The object that ``text`` is; SignalingError if it is none, or deeper than ``max_depth``."""
    # Most messages have not even so many brackets, and need not be gone through one by one.
    if text.count("{") + text.count("[") > max_depth and _depth(text) > max_depth:
        raise SignalingError(f"JSON may be {max_depth} deep")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise SignalingError("no JSON where there should be some") from None
    if not isinstance(value, dict):
        raise SignalingError("JSON that is no object")
    return value


def _depth(text: str) -> int:
    """At most so deep is ``text``; brackets in strings count too."""
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
