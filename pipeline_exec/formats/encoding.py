"""In which encoding a text file is."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from charset_normalizer import from_bytes

from pipeline_exec.errors import ParsingFailure
from pipeline_exec.formats import signatures
from pipeline_exec.formats.alphabets import is_hebrew, of_latin, of_pairs
from pipeline_exec.formats.utf8 import SAMPLE, Stop, first_stop, is_utf8, slips
from pipeline_exec.model.encoding import codec_name

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # These two begin with the mark of UTF-16 in the same order of bytes, so they come first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Without those that part cells and records in some texts: 0x01, and 0x1C to 0x1F.
_CONTROL: Final = re.compile(rb"[\x00\x02-\x08\x0e-\x1a\x7f]")
#: Text has hardly any control characters; a file of anything else has them everywhere.
_FEW_CONTROLS: Final = 4
_CONTROL_SHARE: Final = 0.05

#: Of scripts beyond Latin, nothing but delimiters, digits and line breaks has zero bytes in UTF-16.
_ZERO_SHARE: Final = 0.02

#: What is not in Latin letters is one of these; the guesser knows many that nobody has used for decades.
_OTHERS: Final = [
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r", "iso8859_5"),
    *("shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949"),
]


@dataclass(frozen=True)
class Slips:
    """Bytes that mean nothing in a text that is UTF-8 by all the rest of it."""

    count: int
    first: Stop


def detect(path: Path, given: str | None) -> str:
    """The encoding of a text file, by its name among Python's codecs.

    Args:
        path: The file.
        given: The encoding somebody set; it is taken as it is.

    Raises:
        ParsingFailure: it is no text file, there is no such encoding, or it is not valid in it.
    """
    encoding, found = detect_with_slips(path, given)
    if found is not None:
        raise _not_utf8(found.first)
    return encoding


def detect_with_slips(path: Path, given: str | None) -> tuple[str, Slips | None]:
    """As ``detect``, but a few wrong bytes do not make a text of UTF-8 one of another encoding, or none.

    Raises:
        ParsingFailure: as ``detect``.
    """
    encoding = _claimed(path, given)
    if encoding not in {None, "utf-8"}:
        return encoding, None
    if is_utf8(path):
        return "utf-8", None
    stop = first_stop(path)
    if encoding is None and not stop.is_convincing:
        return _eight_bit(stop.sample), None
    count = slips(path)
    if count is None:
        raise _not_utf8(stop)
    return "utf-8", Slips(count, stop)


def beginning(head: bytes) -> str:
    """The first bytes of a file as text, whatever is in them."""
    return head.decode(told_by(head) or "utf-8", "replace").removeprefix("\ufeff")


def told_by(head: bytes) -> str | None:
    """The encoding that the first bytes of a file tell by a mark or by zero bytes; None where they do not."""
    return _marked(head) or _by_zero_bytes(head)


def _claimed(path: Path, given: str | None) -> str | None:
    """The encoding that somebody set, or that the first bytes of a text file tell; None where neither does."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    what = signatures.name_of(head)
    if what is not None:
        raise ParsingFailure(f"The file is {what}, not text.", "Send it as a format that is read, such as CSV or XLSX.")
    encoding = _known(given) if given else told_by(head)
    if encoding is None:
        _refuse_binary(head)
    return encoding


def _not_utf8(stop: Stop) -> ParsingFailure:
    return ParsingFailure(
        f"The file is in UTF-8 up to line {stop.line:,}, where bytes stand that mean nothing in it.",
        f"Correct that line, or set read_options.encoding; it may be {_eight_bit(stop.sample)}.",
    )


def _known(name: str) -> str:
    codec = codec_name(name)
    if codec is None:
        raise ParsingFailure(f'There is no encoding "{name}".', "Correct read_options.encoding, for instance to utf-8.")
    return "utf-8" if codec == "utf-8-sig" else codec


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _by_zero_bytes(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: delimiters, digits and line breaks have zero bytes at the same places."""
    zeros = [head[at : len(head) // 4 * 4 : 4].count(0) / max(1, len(head) // 4) for at in range(4)]
    if min(zeros[2:]) > 0.9 > zeros[0]:
        return "utf-32-le"
    if min(zeros[:2]) > 0.9 > zeros[3]:
        return "utf-32-be"
    first, second = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if second > _ZERO_SHARE and first < second / 8 and _is_text(head, "utf-16-le"):
        return "utf-16-le"
    return "utf-16-be" if first > _ZERO_SHARE and second < first / 8 and _is_text(head, "utf-16-be") else None


def _is_text(head: bytes, encoding: str) -> bool:
    """Whether the bytes are lines of hardly anything but letters, digits, space and what is between them."""
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    ordinary = sum(1 for character in text if character.isprintable() or character.isspace() or character == "\ufeff")
    return ordinary >= 0.95 * len(text) and "\ufffd" not in text and ("\n" in text or "\r" in text)


def _refuse_binary(head: bytes) -> None:
    if len(_CONTROL.findall(head)) > max(_FEW_CONTROLS, len(head) * _CONTROL_SHARE):
        raise ParsingFailure(
            "The file holds binary data, not text.", "Send it as a format that is read, such as CSV or XLSX."
        )


def _eight_bit(sample: bytes) -> str:
    known = of_pairs(sample) or of_latin(sample)
    if known is not None:
        return known
    if is_hebrew(sample):
        return "cp1255"
    guess = from_bytes(sample, cp_isolation=_OTHERS).best()
    if guess is None or _decoded(sample, guess.encoding) is None:
        return "latin-1" if _decoded(sample, "cp1252") is None else "cp1252"
    return guess.encoding


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return None
