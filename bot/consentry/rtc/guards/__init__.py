"""What hostile input meets before aiortc does."""
