"""One call: who is in it, what runs on whom, what is said, and what remains of it."""
