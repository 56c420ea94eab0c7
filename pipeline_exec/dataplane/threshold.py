"""The error threshold: how many of the cells may be erroneous."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pipeline_exec.errors import ErrorThresholdExceeded
from pipeline_exec.model.execution import Counts

#: How many kinds of findings the message names.
MOST_NAMED: Final = 3


def enforce(counts: Counts, threshold: float, top: Sequence[tuple[str, str, int]]) -> None:
    """Refuse a table in which too many cells are erroneous; exactly as many as allowed are not too many.

    Args:
        counts: Of the whole table.
        threshold: Percent of the cells, as the decimal number it is written as.
        top: Column, code and number of the most frequent findings, the most frequent first.

    Raises:
        ErrorThresholdExceeded: the message names the most frequent findings.
    """
    # 0.3 the binary number is less than 0.3 the decimal one, which is what the user meant.
    allowed = Fraction(str(threshold))
    if 100 * counts.total_error_cells > allowed * counts.total_cells:
        named = ", ".join(f"{number} x {code} in {column!r}" for column, code, number in top[:MOST_NAMED])
        raise ErrorThresholdExceeded(
            f"{counts.total_error_cells} of {counts.total_cells} cells ({_percentage(counts, allowed)} %) are "
            f"erroneous, more than the {Decimal(str(threshold)).normalize():f} % this pipeline allows; most: {named}.",
            "Correct the cells or the mapping and fix the execution; its list of errors names every cell.",
        )


def _percentage(counts: Counts, allowed: Fraction) -> str:
    # With so many decimals that it reads as more than what is allowed.
    percentage = Decimal(100 * counts.total_error_cells) / counts.total_cells
    shown = (f"{percentage:.{decimals}f}" for decimals in range(1, 20))
    return next((text for text in shown if Fraction(text) > allowed), str(percentage))
