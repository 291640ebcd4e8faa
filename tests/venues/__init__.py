"""Servers of the real stacks, each with a call in it that tests enter."""
