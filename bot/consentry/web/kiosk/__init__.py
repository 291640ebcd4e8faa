"""The kiosk: a screen at a room's door, at which people check in."""
