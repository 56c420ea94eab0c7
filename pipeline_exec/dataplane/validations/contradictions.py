"""Contradictions: bounds of one column that leave nothing between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

import pyarrow.compute as pc

from pipeline_exec.dataplane.text import cut
from pipeline_exec.dataplane.validations.bounds import MaxCheck, MinCheck
from pipeline_exec.dataplane.validations.check import Check, Inquiry
from pipeline_exec.dataplane.validations.length import LengthCheck


def contradictions(checks: Sequence[Check | Inquiry]) -> Iterator[str]:
    """A sentence for each pair of bounds among a column's checks that no cell keeps together."""
    least = [check for check in checks if isinstance(check, MinCheck) and not isinstance(check, MaxCheck)]
    greatest: list[MinCheck] = [check for check in checks if isinstance(check, MaxCheck)]
    if least and greatest:
        floor, ceiling = reduce(_higher, least), reduce(_lower, greatest)
        if _is_below(ceiling, floor):
            yield f"MIN {cut(floor.text)} is above MAX {cut(ceiling.text)}: no value would be allowed"
    lengths = [check for check in checks if isinstance(check, LengthCheck)]
    shortest = max((check.least or 0 for check in lengths), default=0)
    longest = min((check.greatest for check in lengths if check.greatest is not None), default=shortest)
    if longest < shortest:
        yield f"LENGTH asks for {shortest} characters or more, and for {longest} or fewer: no text would be allowed"


def _is_below(bound: MinCheck, other: MinCheck) -> bool:
    return bool(pc.less(bound.bound, other.bound).as_py())


def _higher(one: MinCheck, other: MinCheck) -> MinCheck:
    return other if _is_below(one, other) else one


def _lower(one: MinCheck, other: MinCheck) -> MinCheck:
    return other if _is_below(other, one) else one
