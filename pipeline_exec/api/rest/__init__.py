"""The REST API: one file for each noun. No rule stands here; the services decide."""
