"""Print the schema, for ``schema.graphql`` and for clients that generate code: run this module."""

from __future__ import annotations

import sys

from pipeline_exec.api.graphql.schema import schema


def printed() -> str:
    """The schema in GraphQL's schema definition language."""
    return f"{schema().as_str()}\n"


if __name__ == "__main__":
    sys.stdout.write(printed())
