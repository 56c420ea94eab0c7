"""Records that are objects within objects, as in JSON."""
