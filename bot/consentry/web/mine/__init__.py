"""The page on which people choose how they check in."""
