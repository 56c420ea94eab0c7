"""What is wrong with a workbook that cannot be read, whatever kind it is of."""

from __future__ import annotations

from pipeline_exec.errors import ParsingFailure


def damaged() -> ParsingFailure:
    """The error for a workbook that is not whole."""
    return ParsingFailure(
        "The workbook is damaged.", "Open it in a spreadsheet program, save it as .xlsx, and send it again."
    )


def protected() -> ParsingFailure:
    """The error for a workbook that cannot be read without its password."""
    return ParsingFailure("The workbook is protected by a password.", "Save it without one, and send it again.")
