"""How delimited text is written."""

from __future__ import annotations

from enum import StrEnum


class Quoting(StrEnum):
    """Which cells stand in quotes."""

    MINIMAL = "minimal"
    """Those that could be read as something else without."""
    ALL = "all"
    """All but empty ones."""
    NONE = "none"
    """None; what would need it is escaped."""
