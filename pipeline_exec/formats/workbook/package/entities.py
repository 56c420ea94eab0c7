"""What XML and Office spell instead of a character: entities, character references, ``_x000D_``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

#: XML 1.0, section 4.6; the ampersand last, so that ``&amp;lt;`` stays ``&lt;``.
_NAMED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))
_REFERENCE: Final = re.compile(r"&(#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|lt|gt|quot|apos|amp);")
_KNOWN: Final = r"&(?:#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6}|lt|gt|quot|apos|amp);"
_CHARACTERS: Final = {name[1:-1]: character for name, character in _NAMED}

#: ECMA-376 part 1, 22.9.2.19.
_ESCAPE: Final = "_x[0-9A-Fa-f]{4}_"
_ESCAPES: Final = re.compile("(?:_x[0-9A-Fa-f]{4}_)+")


def resolved(texts: pa.StringArray) -> pa.StringArray:
    """Texts of XML elements as the characters they mean.

    Raises:
        ValueError: there is an entity that XML does not have.
    """
    for line_end in ("\r\n", "\r"):
        if pc.any(pc.match_substring(texts, line_end)).as_py():
            texts = pc.replace_substring(texts, line_end, "\n")
    return _where(texts, pc.match_substring(texts, "&"), _without_entities)


def unescaped(texts: pa.StringArray) -> pa.StringArray:
    """Texts without the escapes Office has for what XML cannot hold."""
    if not pc.any(pc.match_substring(texts, "_x")).as_py():
        return texts
    return _where(texts, pc.match_substring_regex(texts, _ESCAPE), lambda some: _each(some, _ESCAPES, _from_escapes))


def _where(
    texts: pa.StringArray, condition: pa.BooleanArray, change: Callable[[pa.StringArray], pa.StringArray]
) -> pa.StringArray:
    """The texts, those that meet a condition changed."""
    condition = pc.fill_null(condition, False)
    return pc.replace_with_mask(texts, condition, change(texts.filter(condition))) if condition.true_count else texts


def _without_entities(texts: pa.StringArray) -> pa.StringArray:
    if not pc.equal(pc.count_substring(texts, "&"), pc.count_substring_regex(texts, _KNOWN)).false_count == 0:
        raise ValueError("an entity that is not known")
    if pc.any(pc.match_substring(texts, "&#")).as_py():
        return _each(texts, _REFERENCE, _from_reference)
    for name, character in _NAMED:
        texts = pc.replace_substring(texts, name, character)
    return texts


def _each(texts: pa.StringArray, pattern: re.Pattern[str], spell: Callable[[re.Match[str]], str]) -> pa.StringArray:
    """Text by text: few of them, or the same ones again and again."""
    distinct = texts.dictionary_encode()
    changed = pa.array([pattern.sub(spell, text) for text in distinct.dictionary.to_pylist()], pa.string())
    return changed.take(distinct.indices)


def _from_reference(match: re.Match[str]) -> str:
    name = match[1]
    if name in _CHARACTERS:
        return _CHARACTERS[name]
    number = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    # Halves of characters, which no encoding can hold.
    return "\ufffd" if 0xD800 <= number <= 0xDFFF else chr(number)


def _from_escapes(match: re.Match[str]) -> str:
    """Characters by their units of UTF-16: a character beyond U+FFFF has two escapes."""
    return bytes.fromhex(re.sub("_x?", "", match[0])).decode("utf-16-be", "replace")
