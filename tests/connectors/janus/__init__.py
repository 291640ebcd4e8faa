"""Janus, and what tests of other stacks use of its own."""

from tests.connectors.janus.people import configuration, hang_up
from tests.venues.janus_server import free_port, own_address

__all__ = ["configuration", "free_port", "hang_up", "own_address"]
