"""What is wrong with a workbook that cannot be read, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.parsers import expat

import pyarrow as pa
from python_calamine import CalamineError

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.compression.archive import DAMAGE

#: What is raised at an archive that is cut off, altered or encrypted, at records and XML that are none, and where they
#: do not hold what they should.
_BROKEN: Final = (*DAMAGE, LookupError, expat.ExpatError, pa.ArrowException, CalamineError)


def damaged() -> ParsingFailure:
    """The error for a workbook that is not whole."""
    return ParsingFailure(
        "The workbook is damaged.", "Open it in a spreadsheet program, save it as .xlsx, and send it again."
    )


def protected() -> ParsingFailure:
    """The error for a workbook that cannot be read without its password."""
    return ParsingFailure("The workbook is protected by a password.", "Save it without one, and send it again.")


def refuse_others(path: Path, extension: str, is_such: Callable[[bytes], bool]) -> None:
    """Refuse files that do not begin as workbooks of a kind do.

    Raises:
        ParsingFailure: it is another file; the message says which.
    """
    with path.open("rb") as file:
        head = file.read(signatures.HEAD_BYTES)
    if not is_such(head):
        what = signatures.name_of(head) or "not one"
        raise ParsingFailure(
            f"The file should be an {extension.upper()} workbook, but is {what}.", f"Save it as .{extension}."
        )


@contextmanager
def understood() -> Iterator[None]:
    """Have whatever only damage can cause end the block as the failure that says so."""
    try:
        yield
    except _BROKEN as error:
        raise damaged() from error
    except BaseException as error:
        # calamine is written in Rust, whose panics come as an exception beside Exception that cannot be imported.
        if type(error).__name__ == "PanicException":
            raise damaged() from error
        raise
