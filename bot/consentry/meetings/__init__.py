"""The meetings of a room, read from calendar feeds."""
