"""The modules of the package, as text and as trees."""

import ast
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "pipeline_exec"
#: Migrations are history: they stay as they were.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "versions" not in path.parts)


def name(path):
    """A module as a person calls it."""
    return str(path.relative_to(PACKAGE))


@cache
def lines(path):
    return path.read_text(encoding="utf-8").splitlines()


@cache
def tree(path):
    return ast.parse("\n".join(lines(path)))
