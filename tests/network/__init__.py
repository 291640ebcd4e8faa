"""Bad networks for tests and benches: an impairment proxy between two ICE peers."""
