"""Jitsi's own way to hand sound on: the videobridge sends it here, over a WebSocket."""
