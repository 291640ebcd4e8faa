"""Recorded meetings played into a room by simulated participants."""
