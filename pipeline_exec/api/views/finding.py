"""Findings as answers show them: every erroneous cell of an execution."""

from __future__ import annotations

from pipeline_exec.api.views.view import View


class FindingView(View):
    """One erroneous cell."""

    row: int
    """1-based row of the mapped table."""
    column: str
    """Key of the target column."""
    value: str | None
    """The text as mapped; null for an empty cell."""
    code: str
    """Which check failed, such as ``required`` or ``type.date``."""
    message: str
