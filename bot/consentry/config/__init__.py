"""What the self-hoster decides: the sections of consentry.yaml, read and checked."""
