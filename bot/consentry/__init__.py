"""A meeting assistant that asks first."""

__version__ = "0.1.0"
