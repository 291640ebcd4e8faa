"""Video from the wire: put in order, held encoded, and decoded only as often as asked for."""
