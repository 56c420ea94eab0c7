"""Options out of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipeline_exec.dataplane.column_types.cell_type import CellType
from pipeline_exec.dataplane.column_types.similar_names import SimilarNames
from pipeline_exec.dataplane.problems import Problems, listed
from pipeline_exec.dataplane.text import keep_where
from pipeline_exec.model.target_model import Option, OptionsMatching, TargetColumn


class CategoryType(CellType):
    """The value of one of the column's options.

    A cell is looked for among their values, then their labels, then their alternative matches; if it is none of these,
    once more without regard to case and spaces. Where options share a name, the first is meant. ``options_matching``
    leaves out what comes after the labels (``EXACT``), or lets the most similar name count too (``FUZZY``), if it is
    similar enough and of one option only.
    """

    name = "category"
    attributes = frozenset({"options", "options_matching", "options_threshold"})

    def __init__(self, column: TargetColumn) -> None:
        super().__init__(column)
        _refuse_repeated(column)
        self.expectation = f"one of the options: {listed(option.value for option in column.options)}"
        self._is_exact = column.options_matching is OptionsMatching.EXACT
        names = dict(reversed([*_names(column.options, exact=self._is_exact)]))
        folded = dict(zip(_folded(pa.array(list(names), pa.string())).to_pylist(), names.values(), strict=True))
        self._names, self._values = _columns(names)
        self._folded, self._values_of_folded = _columns(folded)
        is_fuzzy = column.options_matching is OptionsMatching.FUZZY
        self._similar = SimilarNames(folded, column.options_threshold) if is_fuzzy else None

    @property
    def guesses(self) -> Mapping[str, str]:
        """As ``CellType.guesses``, a thousand at most."""
        return self._similar.guesses if self._similar else {}

    def read(self, text: pa.StringArray) -> pa.StringArray:
        values = self._values.take(pc.index_in(text, self._names))
        if self._is_exact or values.null_count == text.null_count:
            return values
        encoded = keep_where(values.is_null(), text).dictionary_encode()
        return pc.coalesce(values, self._meant(encoded.dictionary).take(encoded.indices))

    def show(self, values: pa.StringArray) -> pa.StringArray:
        return values

    def _meant(self, text: pa.StringArray) -> pa.StringArray:
        """The values of texts that are no name as they stand, each of which occurs once."""
        folded = _folded(text)
        values = self._values_of_folded.take(pc.index_in(folded, self._folded))
        if self._similar is None or not values.null_count:
            return values
        guessed = self._similar.values(text.filter(values.is_null()), folded.filter(values.is_null()))
        return pc.replace_with_mask(values, values.is_null(), guessed)


def _names(options: Sequence[Option], *, exact: bool) -> Iterable[tuple[str, str]]:
    """Every name of an option with the option's value; those that count more come first."""
    yield from ((option.value, option.value) for option in options)
    yield from ((option.label, option.value) for option in options if option.label)
    if not exact:
        yield from ((name, option.value) for option in options for name in option.alternative_matches if name)


def _folded(text: pa.StringArray) -> pa.StringArray:
    return pc.replace_substring_regex(pc.utf8_lower(text), r"[\s\p{Z}]+", "")


def _columns(values: Mapping[str, str]) -> tuple[pa.StringArray, pa.StringArray]:
    return pa.array(list(values), pa.string()), pa.array(list(values.values()), pa.string())


def _refuse_repeated(column: TargetColumn) -> None:
    problems = Problems()
    values = [option.value for option in column.options]
    for number, value in enumerate(values):
        if value in values[:number]:
            problems.add(f"options.{number}.value", f"{value!r} is the value of an option before")
        if not value:
            problems.add(f"options.{number}.value", "is empty; an option needs a value")
    problems.refuse(f"Column {column.key!r}")
