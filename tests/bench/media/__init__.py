"""What it costs to receive a call: one sender, and the same call into three receivers."""
