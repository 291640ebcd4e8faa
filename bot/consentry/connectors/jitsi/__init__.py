"""Jitsi Meet: one more participant of a conference."""
