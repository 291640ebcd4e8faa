"""The bot's own picture in the call: what runs, who speaks, and where to say no."""
