"""All that knows Dagster's words."""
