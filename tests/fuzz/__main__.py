"""`python -m tests.fuzz [TARGET …] [--inputs N] [--seed S]`: hostile input at every way in.

Each target runs in a process of its own. Findings are written to tests/fuzz/found/,
and the command fails if there is one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.child import last_input
from tests.fuzz.run import Finding, Outcome
from tests.fuzz.targets import TARGETS

FOUND = Path(__file__).parent / "found"
SHARES = {"rtp": 20, "rtcp": 20, "frames": 10, "stun": 20, "sctp": 20, "sdp": 1, "receive": 8}
"""Of the inputs, by how much each costs; 2 for the others."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", nargs="*", help=f"of {', '.join(TARGETS)}; all without one")
    parser.add_argument("--inputs", type=int, default=100_000, help="of all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", choices=("mutation", "coverage"), default="mutation")
    options = parser.parse_args(arguments)
    names = options.target or list(TARGETS)
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    shares = {name: SHARES.get(name, 2) for name in names}
    found = inputs = 0
    for name in names:
        share = max(1, options.inputs * shares[name] // sum(shares.values()))
        outcome, seconds = isolated(name, share, options.seed, options.engine)
        inputs += outcome.inputs
        found += len(outcome.findings)
        say(
            f"{name:8} {outcome.inputs:>9,} inputs {seconds:7.0f} s   "
            f"slowest {outcome.slowest * 1000:5.1f} ms   grew {outcome.grown >> 20:3} MiB   "
            f"findings {len(outcome.findings)}"
        )
        for finding in outcome.findings:
            say(f"  {finding.kind}: {finding.text.strip()}\n  input in {keep(name, finding)}")
    say(f"{inputs:,} inputs, {found} findings")
    return 1 if found else 0


def isolated(name: str, inputs: int, seed: int, engine: str) -> tuple[Outcome, float]:
    """What came of it, and how many seconds it took."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        command = (engine, name, str(inputs), str(seed), folder)
        process = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.child", *command], capture_output=True, text=True
        )
        outcome = _read(Path(folder), name)
        if process.returncode or outcome is None:
            last = Path(folder) / "last"
            data = last_input(last) if last.exists() else b""
            text = f"exit code {process.returncode}: {process.stderr[-600:]}"
            outcome = outcome or Outcome(name)
            outcome.findings.append(Finding("died", text, data))
    return outcome, time.monotonic() - started


def keep(name: str, finding: Finding) -> Path:
    """Write the input to where it can be looked at, and become a regression."""
    folder = FOUND / name
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{finding.kind}-{hashlib.sha256(finding.data).hexdigest()[:12]}"
    file.write_bytes(finding.data)
    return file


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _read(folder: Path, name: str) -> Outcome | None:
    file = folder / "outcome.json"
    if not file.exists():
        return None
    known = json.loads(file.read_text())
    findings = [Finding(f["kind"], f["text"], bytes.fromhex(f["data"])) for f in known["findings"]]
    return Outcome(name, known["inputs"], known["slowest"], known["grown"], findings)


if __name__ == "__main__":
    sys.exit(main())
