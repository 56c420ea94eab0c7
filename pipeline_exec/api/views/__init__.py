"""Views: what the REST API shows of each noun, and the schema of it."""
