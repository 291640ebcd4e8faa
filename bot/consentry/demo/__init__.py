"""A meeting to watch: three simulated people, a real call, and the bot in it."""
