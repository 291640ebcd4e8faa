"""LiveKit: a bot that is one more participant, and subscribes to nothing unasked."""
