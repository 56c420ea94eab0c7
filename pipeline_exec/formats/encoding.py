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
from pipeline_exec.formats.decoding import CHUNK
from pipeline_exec.model.encoding import codec_name

#: Bytes that are looked at for zero bytes and control characters, and for the language of an 8-bit encoding.
_SAMPLE: Final = 64 * 1024

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    # These two begin with the mark of UTF-16 in the same order of bytes, so they come first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
#: Text has hardly any control characters; a file of anything else has them everywhere.
_FEW_CONTROLS: Final = 4
_CONTROL_SHARE: Final = 0.05

_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
#: Characters beyond ASCII that are right in UTF-8 by chance are fewer, whatever the encoding.
_CONVINCING: Final = 8
#: Letters beyond ASCII, of which Western languages have at most two in a row (``Größe``), and others whole words.
_LETTERS: Final = re.compile(r"[^\W\d_a-zA-Z]+")
_WESTERN_RUN: Final = 2
#: Signs (of currencies, fractions, quotations) that no Western word has inside; other encodings use them for letters.
_SIGN_IN_WORD: Final = re.compile(
    r"(?<=[^\W\d_])[\u00a1-\u00bf\u00d7\u00f7\u02c6\u201a\u201e\u2020\u2021\u2030\u2039](?=[^\W\d_])"
)
#: What is not Western is one of these; the guesser knows many that nobody has used for decades.
_OTHERS: Final = [
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp874", "koi8_r", "iso8859_5"),
    *("shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949"),
]


def detect(path: Path, given: str | None) -> str:
    """The encoding of a text file, by its name among Python's codecs.

    Args:
        path: The file.
        given: The encoding somebody set; it is taken as it is.

    Raises:
        ParsingFailure: it is no text file, there is no such encoding, or it is not valid in it.
    """
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    what = signatures.name_of(head)
    if what is not None:
        raise ParsingFailure(f"The file is {what}, not text.", "Send it as a format that is read, such as CSV or XLSX.")
    encoding = _known(given) if given else _marked(head) or _by_zero_bytes(head)
    if encoding is None:
        _refuse_binary(head)
    if encoding not in {None, "utf-8"}:
        return encoding
    stop = _end_of_utf8(path)
    if stop is None:
        return "utf-8"
    likely = _eight_bit(stop.sample)
    if encoding == "utf-8" or stop.characters_before >= _CONVINCING:
        raise ParsingFailure(
            f"The file is in UTF-8 up to line {stop.line:,}, where bytes stand that mean nothing in it.",
            f"Correct that line, or set read_options.encoding; it may be {likely}.",
        )
    return likely


def beginning(head: bytes) -> str:
    """The first bytes of a file as text, whatever is in them."""
    encoding = _marked(head) or _by_zero_bytes(head) or "utf-8"
    return head.decode(encoding, "replace").removeprefix("\ufeff")


def _known(name: str) -> str:
    codec = codec_name(name)
    if codec is None:
        raise ParsingFailure(f'There is no encoding "{name}".', "Correct read_options.encoding, for instance to utf-8.")
    return "utf-8" if codec == "utf-8-sig" else codec


def _marked(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _by_zero_bytes(head: bytes) -> str | None:
    """UTF-16 without a mark: of most characters (delimiters, digits, Latin letters) one byte is zero."""
    pairs = len(head) // 2
    if pairs == 0:
        return None
    first, second = (head[at : 2 * pairs : 2].count(0) / pairs for at in (0, 1))
    if second > 0.4 and first < 0.05:
        return "utf-16-le"
    return "utf-16-be" if first > 0.4 and second < 0.05 else None


def _refuse_binary(head: bytes) -> None:
    if len(_CONTROL.findall(head)) > max(_FEW_CONTROLS, len(head) * _CONTROL_SHARE):
        raise ParsingFailure(
            "The file holds binary data, not text.", "Send it as a format that is read, such as CSV or XLSX."
        )


@dataclass(frozen=True)
class _Stop:
    """Where a file stops to be UTF-8."""

    line: int
    characters_before: int
    """Beyond ASCII, as far as they were counted."""
    sample: bytes
    """From the beginning of the line on."""


def _end_of_utf8(path: Path) -> _Stop | None:
    """Where the file stops to be UTF-8; None when it is UTF-8 to its end."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = characters = 0
    with path.open("rb", buffering=0) as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                piece = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                lines += before.count(b"\n")
                characters += len(_BEYOND_ASCII.findall(before.decode()))
                return _Stop(lines + 1, characters, error.object[before.rfind(b"\n") + 1 :][:_SAMPLE])
            lines += piece.count("\n")
            if characters < _CONVINCING and not piece.isascii():
                characters += len(_BEYOND_ASCII.findall(piece))
            if not chunk:
                return None


def _eight_bit(sample: bytes) -> str:
    western = _decoded(sample, "cp1252")
    if western is not None and _looks_western(western):
        return "cp1252"
    guess = from_bytes(sample, cp_isolation=_OTHERS).best()
    decoded = None if guess is None else _decoded(sample, guess.encoding)
    if guess is None or decoded is None:
        return "latin-1" if western is None else "cp1252"
    # The guesser takes ISO 8859-2 for its cousin, in which some of its letters are signs.
    return "iso8859-2" if guess.encoding == "cp1250" and _SIGN_IN_WORD.search(decoded) else guess.encoding


def _decoded(sample: bytes, encoding: str) -> str | None:
    try:
        return codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return None


def _looks_western(decoded: str) -> bool:
    runs = [len(run) for run in _LETTERS.findall(decoded)]
    long = sum(run for run in runs if run > _WESTERN_RUN)
    return long * 4 <= sum(runs) and len(_SIGN_IN_WORD.findall(decoded)) * 10 <= sum(runs)
