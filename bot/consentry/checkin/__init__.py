"""Check-in by face: one person, who said who they are and agreed, before their own camera."""
