"""Media from the wire: what comes before decryption, after it, and in what order."""
