"""The sheets of a workbook: which one is meant, and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.workbook.package import Package, damaged, opened
from pipeline_exec.formats.workbook.survey import Errors, survey


@dataclass(frozen=True)
class Row:
    """A row that is not blank."""

    number: int
    """1-based."""
    cells: Sequence[object]
    """As the loader has them; error cells as text."""


@dataclass(frozen=True)
class Sheet:
    """A sheet that was loaded."""

    name: str
    cells: CalamineSheet
    errors: Errors

    @property
    def width(self) -> int:
        """Columns from the first to the last filled one."""
        return self.cells.width

    def rows(self) -> Iterator[Row]:
        """Every row in which something stands."""
        first_column = self.cells.start[1] if self.cells.start else 0
        for index, cells in enumerate(self.cells.iter_rows()):
            for column, text in self.errors.get(index, {}).items():
                if 0 <= column - first_column < len(cells):
                    cells[column - first_column] = text
            if cells.count("") < len(cells):
                yield Row(index + 1, cells)


def load(path: Path, wanted: str | int | None) -> Sheet:
    """The sheet of this name or 1-based number; without either the first that holds data, hidden ones last.

    Raises:
        ParsingFailure: the workbook cannot be read, or has no such sheet.
        SourceDataEmpty: it holds no data.
    """
    with opened(path) as package, _loader(path) as workbook:
        if wanted is not None:
            return _loaded(workbook, package, _named(workbook, wanted))
        sheets = (_loaded(workbook, package, name) for name in _by_visibility(workbook))
        chosen = next((sheet for sheet in sheets if any(sheet.rows())), None)
    if chosen is None:
        raise SourceDataEmpty("The workbook holds no data.", "Send one that has a header and rows.")
    return chosen


@contextmanager
def _loader(path: Path) -> Iterator[CalamineWorkbook]:
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            yield workbook
    except CalamineError as error:
        raise damaged() from error
    except BaseException as error:
        # The loader is written in Rust, whose panics come as an exception beside Exception that cannot be imported.
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise


def _loaded(workbook: CalamineWorkbook, package: Package, name: str) -> Sheet:
    errors = survey(package, name).errors
    return Sheet(name, workbook.get_sheet_by_name(name), errors)


def _named(workbook: CalamineWorkbook, wanted: str | int) -> str:
    names = [sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    if isinstance(wanted, int):
        matching = names[wanted - 1 : wanted] if wanted > 0 else []
    else:
        matching = [name for name in names if name == wanted] or [n for n in names if n.casefold() == wanted.casefold()]
    if not matching:
        which = f"number {wanted}" if isinstance(wanted, int) else f'"{wanted}"'
        raise ParsingFailure(
            f"The workbook has no sheet {which}; it has {', '.join(names)}.", "Correct read_options.sheet."
        )
    return matching[0]


def _by_visibility(workbook: CalamineWorkbook) -> list[str]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return [sheet.name for sheet in sorted(sheets, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)]
