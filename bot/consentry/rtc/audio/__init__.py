"""Sound: opened, ordered, decoded, cut into blocks."""
