"""The machine fails: the process is killed, or the disk takes no more."""
