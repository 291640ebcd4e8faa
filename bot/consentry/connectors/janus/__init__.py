"""Janus with its VideoRoom and TextRoom plugins."""
