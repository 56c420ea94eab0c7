"""Whether a file is UTF-8, and where it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from pipeline_exec.formats.decoding import CHUNK

#: Bytes that are looked at for the language of a text that is not UTF-8.
SAMPLE: Final = 64 * 1024
#: Characters beyond ASCII that are right in UTF-8 by chance are fewer, whatever the encoding.
_CONVINCING: Final = 8
#: So many right characters beyond ASCII make a slip of a wrong byte.
_RIGHT_FOR_A_SLIP: Final = 10
#: The beginning of a character of two, three or four bytes.
_BEGUN: Final = re.compile(rb"(?:[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf7][\x80-\xbf]{0,2})\Z")
#: A byte of this or above begins a character beyond ASCII.
_LEAD: Final = 0xC0


@dataclass(frozen=True)
class Stop:
    """Where a file stops to be UTF-8."""

    line: int
    """1-based."""
    byte: int
    """From 0."""
    is_convincing: bool
    """Whether what stands before it, or what follows, is UTF-8 and not by chance."""
    sample: bytes
    """From the beginning of the line on."""


def is_utf8(path: Path) -> bool:
    """Whether a file is UTF-8 to its end."""
    return all(block.isascii() or _is_valid(block) for block in _blocks(path))


def first_stop(path: Path) -> Stop:
    """Where a file that is not UTF-8 stops to be it."""
    lines = size = characters = 0
    for block in _blocks(path):
        end = _valid_until(block)
        before = block[:end]
        lines, size, characters = lines + before.count(b"\n"), size + end, characters + _characters(before)
        if end < len(block):
            sample = block[before.rfind(b"\n") + 1 :][:SAMPLE]
            return Stop(lines + 1, size, characters >= _CONVINCING or _is_nearly_valid(sample), sample)
    raise ValueError("The file is UTF-8 to its end.")


def slips(path: Path) -> int | None:
    """How many bytes of a file mean nothing in UTF-8; None when they are so many that it is in another encoding."""
    wrong = characters = 0
    for block in _blocks(path):
        right = _right(block)
        wrong += len(block) - len(right)
        characters += _characters(right)
    return wrong if wrong * _RIGHT_FOR_A_SLIP <= characters else None


def _blocks(path: Path) -> Iterator[bytes]:
    """The bytes of a file; no block ends inside a character."""
    rest = b""
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            block = rest + chunk
            end = len(block) - _begun(block)
            rest = block[end:]
            yield block[:end]
    if rest:
        yield rest


def _begun(block: bytes) -> int:
    """How many bytes at the end are the beginning of a character."""
    found = _BEGUN.search(block[-3:])
    return len(found[0]) if found else 0


def _is_nearly_valid(sample: bytes) -> bool:
    whole = sample[: len(sample) - _begun(sample)]
    right = _right(whole)
    return _characters(right) >= max(_CONVINCING, _RIGHT_FOR_A_SLIP * (len(whole) - len(right)))


def _right(block: bytes) -> bytes:
    """The bytes without those that mean nothing."""
    return block if _is_valid(block) else block.decode(errors="ignore").encode()


def _is_valid(block: bytes) -> bool:
    """Whether bytes are UTF-8; no text is made of them, which would take far longer."""
    text = pa.StringArray.from_buffers(1, pa.array([0, len(block)], pa.int32()).buffers()[1], pa.py_buffer(block))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _valid_until(block: bytes) -> int:
    """How many bytes at the beginning are UTF-8."""
    try:
        block.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(block)


def _characters(block: bytes) -> int:
    """How many characters beyond ASCII there are."""
    return int(np.count_nonzero(np.frombuffer(block, np.uint8) >= _LEAD))
