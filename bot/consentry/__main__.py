"""``python -m consentry`` is ``consentry``."""

from consentry.cli import main

if __name__ == "__main__":
    main()
