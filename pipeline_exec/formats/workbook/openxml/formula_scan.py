"""Formulas of which no value is stored: they stand for the values of their cells."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.formats.workbook.cells.stored_cells import Bytes, Integers, Kind, StoredCells
from pipeline_exec.formats.workbook.package.spelling import Unusual, spells
from pipeline_exec.formats.workbook.package.tag_scan import TagScan

_FORMULA, _FORMULA_END = b"<f", b"</f>"


@dataclass(frozen=True)
class Values:
    """Elements that hold the value of a cell, or a piece of it."""

    cells: Integers
    """To which cell each belongs; it never falls."""
    tags: Integers
    """Where each begins."""
    starts: Integers
    """Where its text begins."""
    ends: Integers

    def at(self, order: Integers) -> Values:
        """Some of them, or all in another order."""
        return Values(self.cells[order], self.tags[order], self.starts[order], self.ends[order])

    def and_others(self, others: Values) -> Values:
        """These and others in the order in which they stand."""
        each = zip(vars(self).values(), vars(others).values(), strict=True)
        both = Values(*(np.concatenate(pair) for pair in each))
        return both.at(np.argsort(both.tags))


def with_formulas(piece: bytes, data: Bytes, values: Values, formulas: Values) -> Values:
    """The values, and the formulas of the cells that have none or an empty one.

    Args:
        piece: The XML.
        data: The same, padded.
        values: All values.
        formulas: All formulas, whose text is said to begin with their tags and to end with the next tag.

    Raises:
        Unusual: it cannot be sure where their texts are.
    """
    has_value = np.zeros(int(formulas.cells[-1]) + 1, np.bool_)
    filled = values.cells[values.ends > values.starts]
    has_value[filled[filled < len(has_value)]] = True
    unstored = formulas.at(np.flatnonzero(~has_value[formulas.cells]))
    if not len(unstored.tags):
        return values
    found = TagScan(piece, data).tags(unstored.tags + len(_FORMULA), unstored.ends, frozenset())
    if not (found.is_empty | spells(data, unstored.ends, _FORMULA_END)).all():
        raise Unusual
    ends = np.where(found.is_empty, found.behind, unstored.ends)
    return values.and_others(replace(unstored, starts=found.behind, ends=ends))


def told_apart(cells: StoredCells, data: Bytes, values: Values, firsts: Integers) -> StoredCells:
    """The cells, those without a stored value marked as formulas; an empty text that is stored is one.

    Raises:
        Unusual: a formula stands behind its value.
    """
    is_formula = data[values.tags + 1] == ord("f")
    if not is_formula.any():
        return cells
    begins = is_formula[firsts]
    if np.count_nonzero(begins) != np.count_nonzero(is_formula):
        raise Unusual
    has_value = np.diff(np.append(firsts, len(is_formula))) > 1
    is_empty = begins & has_value & (cells.kinds == Kind.TEXT)
    kinds = np.where(begins & ~is_empty, np.uint8(Kind.FORMULA), cells.kinds)
    return replace(cells, kinds=kinds, texts=pc.if_else(pa.array(is_empty), "", cells.texts))
