"""Takes a participant out of the transcripts a call has left, whoever wrote them."""

from __future__ import annotations

from pathlib import Path

from consentry.store.vault import delete_file, file_name, write_file
from consentry.transcript import read_transcript


def erase_participant(directory: Path, call: str, participant: str) -> int:
    """Remove ``participant`` from every transcript of ``call`` under ``directory``.

    For a withdrawal that comes while no plugin runs that could act on it. A transcript with
    nobody left is deleted. Returns how many files changed; SetupError if one can't be read or
    written.
    """
    root = directory / file_name(call)
    changed = 0
    for path in sorted(root.glob("*/transcript.json")):
        before = read_transcript(path)
        after = before.without(participant)
        if after is before:
            continue
        if after.segments:
            parts = path.relative_to(directory).parts
            write_file(directory, parts, after.model_dump_json(indent=1).encode())
        else:
            delete_file(path)
        changed += 1
    return changed
