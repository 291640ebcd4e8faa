"""People and attacks before a camera, over a call, into tries to check in by face."""
