"""A self-hosted pipeline execution service on Dagster."""

__version__ = "0.1.0"
