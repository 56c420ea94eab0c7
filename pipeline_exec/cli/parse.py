"""``parse``: any supported file as a clean CSV."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

import click

from pipeline_exec.cli.clean_csv import write_clean_csv, write_header
from pipeline_exec.cli.progress import counting
from pipeline_exec.cli.reading import STDIN, on_disk, parsed_options, read_options, reader
from pipeline_exec.errors import ExecutionFailure, InternalError, SourceDataEmpty, SourceRefused, WriteFileFailure

if TYPE_CHECKING:
    from pipeline_exec.model.pipeline import ReadOptions
    from pipeline_exec.services.previews import PreviewService


@click.command()
@click.argument("source", metavar="FILE_OR_DIR", type=click.Path(exists=True, allow_dash=True, path_type=Path))
@read_options
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), help="Where to.  [default: stdout]")
@click.pass_context
def parse(context: click.Context, source: Path, options: str | None, output: Path | None) -> None:
    """Turn a file into a clean CSV: UTF-8, commas, double quotes where needed, line feeds, every value as text.

    The header is as it was found; where the file has none, there is none. A folder becomes a folder with a file of the
    same name for each of its files; - is standard input. How each file was read stands on stderr, one JSON object a
    line; so does why one could not be read. Exits with 1 if one could not.
    """
    parser = _Parser(parsed_options(options))
    if source.is_dir():
        if output is None or output.is_file() or output.resolve() == source.resolve():
            raise click.UsageError("A folder is parsed into another folder: name one with -o.")
        parsed = [parser.parse(file, name, output / name) for file, name in _files(source, output)]
    elif source == STDIN:
        if output is not None and output.is_dir():
            raise click.UsageError("What comes from standard input has no name: name a file with -o.")
        with on_disk(source) as file:
            parsed = [parser.parse(file, str(source), output)]
    else:
        target = output / source.name if output is not None and output.is_dir() else output
        if target is not None and target.resolve() == source.resolve():
            raise click.UsageError("A file is not parsed into itself: name another one with -o.")
        parsed = [parser.parse(source, str(source), target)]
    if not all(parsed):
        context.exit(1)


@dataclass(frozen=True)
class _Parser:
    """Parses files one after the other, and tells how each went on stderr."""

    options: ReadOptions

    @cached_property
    def reader(self) -> PreviewService:
        return reader()

    def parse(self, file: Path, name: str, target: Path | None) -> bool:
        """Parse one file, to stdout without a target; whether it could be read."""
        try:
            parsed = self._parsed(file, name, target)
        except ExecutionFailure as error:
            parsed = error
        if isinstance(parsed, ExecutionFailure):
            _tell(name, {"error": {"type": parsed.error_type, "message": parsed.message}})
            return False
        _tell(name, parsed)
        return True

    def _parsed(self, file: Path, name: str, target: Path | None) -> dict[str, object] | ExecutionFailure:
        try:
            file.open("rb").close()
        except OSError as error:
            raise SourceRefused(f"{name} cannot be read: {error.strerror}.", "Check its permissions.") from error
        try:
            is_piped = target is not None or not sys.stdout.isatty()
            with counting(name, is_shown=is_piped) as count, _opened(target) as into:
                return self._written(file, name, into, count)
        except (ExecutionFailure, BrokenPipeError):
            raise
        except OSError as error:
            raise WriteFileFailure(f"{target or 'stdout'} cannot be written: {error.strerror}.") from error
        except Exception as error:
            # A defect met in one file must not stop the others.
            raise InternalError(f"{name} could not be read: {type(error).__name__}: {error}.") from error

    def _written(
        self, file: Path, name: str, into: BinaryIO, count: Callable[[int], None]
    ) -> dict[str, object] | ExecutionFailure:
        """How the file was read; or that it has no row, when its header is all that was written."""
        try:
            rows, dialect = self.reader.parse(file, PurePath(name).name, self.options)
        except SourceDataEmpty as empty:
            write_header(empty.header, into)
            return empty
        write_clean_csv(rows, dialect, into, count)
        return dialect


def _opened(target: Path | None) -> AbstractContextManager[BinaryIO]:
    return nullcontext(sys.stdout.buffer) if target is None else _whole(target)


@contextmanager
def _whole(target: Path) -> Iterator[BinaryIO]:
    """A file that gets its name when the block ends, and is not there when it raises."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    try:
        with unfinished.open("wb") as into:
            yield into
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _files(folder: Path, output: Path) -> Iterator[tuple[Path, str]]:
    """Every file of a folder and the folders in it, and its name there; hidden ones and the output are left out."""
    for file in sorted(folder.rglob("*")):
        relative = file.relative_to(folder)
        is_hidden = any(part.startswith(".") for part in relative.parts)
        if file.is_file() and not is_hidden and output.resolve() not in file.resolve().parents:
            yield file, relative.as_posix()


def _tell(name: str, what: dict[str, object]) -> None:
    click.echo(json.dumps({"file": name, **what}, ensure_ascii=False, default=str), err=True)
