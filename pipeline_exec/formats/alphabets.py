"""In which 8-bit encoding a text is, by the alphabets of the languages that are written in each."""

# ruff: noqa: RUF001  # the alphabets are the point
from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

#: What stands in texts of any language, on its own or beside words.
_NEUTRAL: Final = frozenset("\u00a0«»„“”‚‘’–—…•·§°€£©®™¿¡´ªº¼½¾±²³µ×\u00ad")
#: A letter beyond ASCII, or a sign inside or at the edge of a word.
_TELLING: Final = re.compile(r"(?<=[^\W\d_])[^\x00-\x7f\w\s]|[^\x00-\x7f\W\d_]|[^\x00-\x7f\w\s](?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
#: Latin text has at most two letters beyond ASCII in a row (``Größe``); other scripts have whole words of them.
_RUNS: Final = re.compile(rb"[\x80-\xff]+")
_RUN_SHARE: Final = 0.25
#: Runs of bytes beyond ASCII that show whether these come in pairs, and the share of those that need not.
_LEAST_RUNS: Final = 4
_ODD_SHARE: Final = 0.05
#: First bytes of signs, and for each encoding the first bytes that a share of the other characters have: kana,
#: syllables, and the signs of Chinese that are used most.
_SIGNS: Final = b"\xa1\xa2\xa3"
_PAIRED: Final = (
    ("euc_jp", b"\xa4\xa5", 0.2),
    ("cp949", bytes(range(0xB0, 0xC9)), 0.95),
    ("gb18030", bytes(range(0xB0, 0xD8)), 0.85),
)
#: Below this share of letters that a language has, a text is in another.
_SHARE: Final = 0.9


@dataclass(frozen=True)
class _Language:
    encodings: tuple[str, ...]
    letters: str
    """Beyond ASCII, in lower case."""


#: In the order that decides between equals: letters that many languages share are taken for those of the first.
_LANGUAGES: Final = (
    _Language(("cp1252", "iso8859-15"), "äöüß"),
    _Language(("cp1252", "iso8859-15"), "àâæçéèêëîïôœùûüÿ"),
    _Language(("cp1252", "iso8859-15"), "áéíóúüñª"),
    _Language(("cp1252", "iso8859-15"), "ãáàâçéêíóôõúü"),
    _Language(("cp1252", "iso8859-15"), "åäöéæøü"),
    _Language(("cp1252", "iso8859-15"), "àèéìòùî"),
    _Language(("cp1252", "iso8859-15"), "áðéíóúýþæö"),
    _Language(("cp1254", "iso8859-9"), "çğıöşüâîûi̇"),
    _Language(("cp1250", "iso8859-2"), "ąćęłńóśźż"),
    _Language(("cp1250", "iso8859-2"), "áčďéěíňóřšťúůýžäľĺŕô"),
    _Language(("cp1250", "iso8859-2"), "áéíóöőúüű"),
    _Language(("cp1250", "iso8859-2"), "čćđšž"),
    _Language(("cp1250", "iso8859-2", "iso8859-16"), "ăâîşţșț"),
    _Language(("cp1257", "iso8859-13"), "ąčęėįšųūž"),
    _Language(("cp1257", "iso8859-13"), "āčēģīķļņšūž"),
    _Language(("cp1257", "iso8859-13"), "äõöüšž"),
    _Language(("cp1258",), "àáâãăđèéêìíòóôõơùúưý\u0300\u0301\u0303\u0309\u0323"),
    # Names of people and places from all over a part of Europe.
    _Language(("cp1252", "iso8859-15"), "äöüßàâæçéèêëîïôœùûÿáíóúñãõåøìòšž"),
    _Language(("cp1250", "iso8859-2"), "ąćęłńóśźżáčďéěíňřšťúůýžäľĺŕôöőüűđăâîşţß"),
    _Language(("cp1257", "iso8859-13"), "ąčęėįšųūžāēģīķļņäõöüćłńóśźżå"),
)


def of_latin(sample: bytes) -> str | None:
    """The encoding of a text in Latin letters; None when it is in no language that is known.

    Args:
        sample: Bytes of which some are beyond ASCII.
    """
    if _is_of_another_script(sample):
        return None
    best, highest = None, 0.0
    for language in _LANGUAGES:
        for encoding in language.encodings:
            share = _share(sample, encoding, language)
            if share > highest + 0.005:
                best, highest = encoding, share
    return best if highest >= _SHARE else None


def of_pairs(sample: bytes) -> str | None:
    """The encoding of a text in Chinese, Korean or Japanese with two bytes for each character; None of any other text.

    Of the characters of GB 2312, KS X 1001 and JIS X 0208 the usual ones have first bytes of their own.

    Args:
        sample: Bytes of which some are beyond ASCII.
    """
    runs = _RUNS.findall(sample)
    if len(runs) < _LEAST_RUNS or sum(len(run) % 2 for run in runs[:-1]) > _ODD_SHARE * len(runs):
        return None
    first = b"".join(run[0 : len(run) // 2 * 2 : 2] for run in runs)
    words = first.translate(None, _SIGNS)
    if not words:
        return None
    for encoding, usual, share in _PAIRED:
        if sum(map(words.count, usual)) >= share * len(words):
            return encoding
    return None


def is_hebrew(sample: bytes) -> bool:
    """Whether a text is in Hebrew (Windows-1255 or ISO 8859-8), which is easily taken for Russian.

    Hebrew has no capitals and 27 letters, among which those in the places of Russian's vowels are not frequent.
    """
    letters = [byte for byte in sample if byte >= 0xC0]
    if len(letters) < 8 or any(not 0xE0 <= byte <= 0xFA for byte in letters):
        return False
    vowels = sum(1 for byte in letters if byte in b"\xee\xe5\xe0\xe8")
    return vowels < 0.3 * len(letters)


def _is_of_another_script(sample: bytes) -> bool:
    runs = _RUNS.findall(sample)
    return sum(len(run) for run in runs if len(run) > 2) > _RUN_SHARE * sum(map(len, runs))


def _share(sample: bytes, encoding: str, language: _Language) -> float:
    """The share of telling characters that are letters of the language."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    telling = [character for character in _TELLING.findall(text) if character not in _NEUTRAL]
    strange = sum(1 for character in text if "\x80" <= character <= "\x9f" or character in "¤¦¨¸¬")
    if not telling:
        return 1.0 if not strange else 0.0
    known = sum(1 for character in telling if character.lower() in language.letters)
    return (known - sum(map(_capitals_inside, _WORD.findall(text)))) / (len(telling) + strange)


def _capitals_inside(word: str) -> int:
    """How many capitals beyond ASCII follow a small letter: hardly any, wherever a word is from."""
    return sum(1 for before, letter in pairwise(word) if letter > "\x7f" and letter.isupper() and before.islower())
