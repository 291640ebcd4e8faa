"""What the tests of consent are worth: mistakes made on purpose, each of which some test finds."""
