"""RTTM and SegLST, which scoring tools read."""

from __future__ import annotations

import json

from consentry.exports.cues import Cue, cues, one_line, speaker_labels
from consentry.transcript import Transcript


def to_rttm(transcript: Transcript) -> str:
    """Who spoke when: NIST RT-09 evaluation plan, appendix A, one SPEAKER line per segment."""
    labels = speaker_labels(transcript)
    session = _session(transcript).replace(" ", "_")
    lines = [_rttm_line(cue, session, labels[cue.participant]) for cue in cues(transcript)]
    return "".join(lines)


def to_seglst(transcript: Transcript) -> str:
    """Who said what when: the SegLST JSON of MeetEval."""
    labels = speaker_labels(transcript)
    session = _session(transcript)
    segments = [
        {
            "session_id": session,
            "start_time": cue.start / 1000,
            "end_time": cue.end / 1000,
            "words": cue.text,
            "speaker": labels[cue.participant],
        }
        for cue in cues(transcript)
    ]
    return json.dumps(segments, ensure_ascii=False, indent=1) + "\n"


def _session(transcript: Transcript) -> str:
    return one_line(transcript.call.id) or "call"


def _rttm_line(cue: Cue, session: str, speaker: str) -> str:
    start, duration = cue.start / 1000, (cue.end - cue.start) / 1000
    return f"SPEAKER {session} 1 {start:.3f} {duration:.3f} <NA> <NA> {speaker} <NA> <NA>\n"
