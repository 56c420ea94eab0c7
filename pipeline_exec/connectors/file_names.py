"""Names in a listing: which are files to take, which are markers, and what a further version is called."""

from __future__ import annotations

import fnmatch
import itertools
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

#: What programs call a file while they write it: browsers, WinSCP, FileZilla, rsync, editors.
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".swp", "~")
#: Excel's and LibreOffice's lock files.
_LOCKS = ("~$", ".~lock.")

_MARKER_PARTS = re.compile(r"\{([^{}]*)\}")
_ESCAPED = re.compile(r"\\x(5c|[89a-f][0-9a-f])")
_LOOKS_ESCAPED = re.compile(r"\\(?=x(?:5c|[89a-f][0-9a-f]))")


class NameRules:
    """Tells the files to take from everything else a folder holds."""

    def __init__(self, pattern: str, marker: str | None) -> None:
        """Rules of one connector.

        Args:
            pattern: A glob the whole name must match; upper and lower case differ.
            marker: Template of the name of the file that says another is complete.
        """
        self._matches = re.compile(fnmatch.translate(pattern)).match
        self._marker = marker
        self._is_marker = re.compile(_marker_pattern(marker)).fullmatch if marker else None

    def takes(self, name: str) -> bool:
        """Whether a file of this name is one to take."""
        if is_unfinished(name) or (self._is_marker and self._is_marker(name)):
            return False
        return self._matches(name) is not None

    def marker_of(self, name: str) -> str | None:
        """The name of the file that says this one is complete; None when the connector has no markers."""
        return self._marker and self._marker.replace("{name}", name).replace("{stem}", PurePath(name).stem)

    @property
    def marks_single_files(self) -> bool:
        """Whether each file has a marker of its own, rather than one for the folder."""
        return self._marker is not None and _MARKER_PARTS.search(self._marker) is not None


def is_unfinished(name: str) -> bool:
    """Whether the name is hidden or says that the file is still being written."""
    return name.startswith((".", *_LOCKS)) or name.lower().endswith(_UNFINISHED)


def checked_marker(marker: str) -> str:
    """The template as it is.

    Raises:
        ValueError: it has an unknown placeholder or a path separator, or every file would be a marker.
    """
    if set(_MARKER_PARTS.findall(marker)) - {"name", "stem"}:
        raise ValueError("a marker can have {name} and {stem}, as in {name}.done")
    if "/" in marker:
        raise ValueError("a marker lies beside its file; it has no folders in it")
    if not _MARKER_PARTS.sub("", marker):
        raise ValueError("a marker needs a name of its own, as in {name}.done")
    return marker


@dataclass(frozen=True)
class Versions:
    """A name, and what further versions of it are called: ``a.csv``, ``a (2).csv``, ``a (3).csv``, without end."""

    name: str

    def __iter__(self) -> Iterator[str]:
        yield self.name
        path = PurePath(self.name)
        for number in itertools.count(2):
            yield f"{path.stem} ({number}){path.suffix}"


def shown(path: str) -> str:
    r"""A file system's path as text that can be stored: bytes that are no UTF-8 as ``\xNN``, reversibly."""
    escaped = _LOOKS_ESCAPED.sub(r"\\x5c", path)
    return os.fsencode(escaped).decode("utf-8", "backslashreplace")


def actual(text: str) -> str:
    """The path of the file system that ``shown`` answered this text for."""
    return _ESCAPED.sub(lambda match: os.fsdecode(bytes.fromhex(match[1])), text)


def _marker_pattern(marker: str) -> str:
    return ".+".join(re.escape(literal) for literal in re.split(r"\{[^{}]*\}", marker))
