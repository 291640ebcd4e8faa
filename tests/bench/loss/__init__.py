"""Bench ``loss``: what reaches a plugin of a call over a bad network, and how late."""
