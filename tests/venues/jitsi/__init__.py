"""Jitsi: a real Prosody, a focus and a bridge of ours, and Jitsi's own client in Chromium."""
