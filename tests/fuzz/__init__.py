"""Hostile input at every way into the bot; `python -m tests.fuzz` runs all of it."""
