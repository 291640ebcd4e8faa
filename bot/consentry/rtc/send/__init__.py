"""The picture that the bot publishes of itself."""
