"""The elements of a document as rows of text."""

from __future__ import annotations

from typing import Final, NoReturn

import pyarrow as pa

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats.limits import MAX_RECORD_CHARS
from pipeline_exec.formats.markup.characters import Irregular
from pipeline_exec.formats.markup.plan import NOTHING, OWN_TEXT, Plan
from pipeline_exec.formats.markup.runs import RunReader
from pipeline_exec.formats.markup.template import Template
from pipeline_exec.formats.records.flatten import compact

#: What an element of a list counts for at least, in characters: lists of empty ones end, too.
_ELEMENT_CHARS: Final = 16


class RowEvents:
    """Fills rows from the events of a document."""

    def __init__(
        self, document: Plan, width: int, nil: frozenset[str], max_cell_length: int, runs: RunReader | None
    ) -> None:
        self.rows: list[list[str | None] | pa.RecordBatch] = []
        """Those that are complete, to be taken away after each piece of the document."""
        self._texts: list[str] = []
        # A method of a list: text comes more often than anything else.
        self.text = self._texts.append
        self._plan = document
        self._above: list[Plan] = []
        self._own: dict[int, str] = {}
        """Text that elements have had in front of those within them, by their level."""
        self._empty: list[str | None] = [None] * width
        self._row = self._empty
        self._nil = nil
        self._runs = runs
        self._lists: dict[int, list[str]] = {}
        self._objects: list[dict[str, object]] = []
        """The elements of a list at hand, the innermost last."""
        self._max_cell_length = max_cell_length
        self._list_size = 0
        self._count = 0
        self._unfinished = 0

    def template(self) -> Template | None:
        """As ``Events`` says."""
        return self._runs.template if self._runs else None

    def is_between_records(self) -> bool:
        """As ``Events`` says."""
        return self._plan.has_records

    def run(self, data: bytes, at: int) -> int:
        """As ``Events`` says."""
        try:
            batch, end = self._runs.batch(data, at)  # type: ignore[union-attr]  # there is a template
        except Irregular:
            return at
        self._count += batch.num_rows
        self.rows.append(batch)
        return end

    def start(self, name: str, attributes: list[str]) -> None:
        """As ``Events`` says."""
        if self._texts:
            self._set_text_aside()
        plan = self._plan.inner.get(name, NOTHING)
        self._above.append(self._plan)
        self._plan = plan
        if plan.is_record:
            self._row = self._empty.copy()
        elif plan.is_in_list:
            self._objects.append({})
            self._grow_list(_ELEMENT_CHARS)
        if attributes:
            self._take_attributes(plan, dict(zip(attributes[::2], attributes[1::2], strict=True)))

    def end(self, name: str) -> None:  # noqa: ARG002  # an event's
        """As ``Events`` says."""
        plan = self._plan
        self._plan = self._above.pop()
        if plan.is_in_list:
            self._end_in_list(plan)
        elif plan.column >= 0 and (text := self._take_text(plan)):
            self._row[plan.column] = text
        elif self._texts:
            self._texts.clear()
        if plan.is_record:
            self._end_record()

    def pause(self, size: int) -> None:
        """A piece of so many bytes was parsed.

        Raises:
            ParsingFailure: no record has ended for so long that it is larger than one may be.
        """
        self._unfinished = self._unfinished + size if not self.rows else 0
        if self._unfinished > MAX_RECORD_CHARS and self._row is not self._empty:
            raise ParsingFailure(
                f"Record {self._count + 1:,} of the XML file has more than {MAX_RECORD_CHARS:,} bytes.",
                "Set read_options.record_path to the elements that are the records.",
            )
        if len(self._texts) > 1:
            self._texts[:] = ["".join(self._texts)]
        if self._texts and len(self._texts[0]) > self._max_cell_length:
            self._refuse_long()

    def _take_text(self, plan: Plan) -> str:
        text = "".join(self._texts)
        self._texts.clear()
        return text if plan.is_leaf else (self._own.pop(len(self._above), "") + text).strip()

    def _set_text_aside(self) -> None:
        if self._plan.column >= 0 or self._plan.is_in_list:
            level = len(self._above) - 1
            self._own[level] = self._own.get(level, "") + "".join(self._texts)
            if len(self._own[level]) > self._max_cell_length:
                self._refuse_long()
        self._texts.clear()

    def _take_attributes(self, plan: Plan, values: dict[str, str]) -> None:
        for name, column in plan.attributes.items():
            self._row[column] = values.get(name)
        if plan.is_in_list:
            self._objects[-1].update({label: values[name] for name, label in plan.labels.items() if name in values})
            self._grow_list(sum(map(len, values.values())))
        if not self._nil.isdisjoint(values) and _is_nil(values, self._nil) and not plan.is_record:
            self._plan = plan.without_value()

    def _end_in_list(self, plan: Plan) -> None:
        text, found = self._take_text(plan), self._objects.pop()
        self._grow_list(len(text))
        if found and text:
            found[OWN_TEXT] = text
        value = None if plan.is_nil else found or text or None
        if not self._objects:
            self._lists.setdefault(plan.column, []).append(compact(value))
        elif plan.is_repeated:
            self._objects[-1].setdefault(plan.name, []).append(value)  # type: ignore[attr-defined]  # is a list
        else:
            self._objects[-1][plan.name] = value

    def _end_record(self) -> None:
        for column, values in self._lists.items():
            self._row[column] = f"[{','.join(values)}]"
        self._lists.clear()
        self._list_size = 0
        self.rows.append(self._row)
        self._row = self._empty
        self._count += 1

    def _grow_list(self, size: int) -> None:
        self._list_size += size
        if self._list_size > self._max_cell_length:
            self._refuse_long()

    def _refuse_long(self) -> NoReturn:
        raise ParsingFailure(
            f"Record {self._count + 1:,} of the XML file has a text or list of more than "
            f"{self._max_cell_length:,} characters.",
            "Set read_options.record_path to its parts, or raise PIPELINE_EXEC_MAX_CELL_LENGTH.",
        )


def _is_nil(values: dict[str, str], nil: frozenset[str]) -> bool:
    return any(values.get(name) in {"true", "1"} for name in nil)
