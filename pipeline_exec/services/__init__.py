"""The verbs, each taking its ports as arguments: the one place rules live."""
