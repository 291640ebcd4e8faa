"""``python -m tests.mutants [WORD]``: which mistakes do the tests not notice?"""

from __future__ import annotations

import sys

from tests.mutants.mutants import MUTANTS
from tests.mutants.runner import copied, survives


def main(word: str = "") -> int:
    """Make each mistake with ``word`` in its name or file; how many nobody noticed."""
    survivors = 0
    for mutant in MUTANTS:
        if word in mutant.name or word in mutant.file:
            with copied(mutant) as bot:
                alive = survives(mutant, bot)
            survivors += alive
            found = "SURVIVES" if alive else "killed  "
            sys.stdout.write(f"{found} {mutant.file}: {mutant.name}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{survivors} survived\n")
    return survivors


if __name__ == "__main__":
    sys.exit(min(1, main(*sys.argv[1:2])))
