"""Typed columns, as in Parquet."""
