"""The shape of records as types that decode them, to vouch for many records at once."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
import numpy as np

from pipeline_exec.formats.records.runs import Irregular
from pipeline_exec.formats.records.shape import Keys, Shape

#: More keys than that, and making a type of them takes longer than it saves.
_MOST_KEYS: Final = 1_000
#: What the key of a type may not hold.
_NO_KEY: Final = re.compile(r'["\\\x00-\x1f\ud800-\udfff]')
_OPENING_BRACE: Final = ord("{")
#: Memory the decoded objects of a run may take, in bytes: many objects without most of the keys are hardly any text.
_MOST_MEMORY: Final = 96 * 1024**2

#: What is no object. Numbers are decoded, but nothing is made of them.
_Value = str | float | bool | None | list[msgspec.Raw]


class Objects:
    """Vouches that texts hold objects of a kind and nothing else."""

    def __init__(self, kind: type[msgspec.Struct]) -> None:
        self._lines = msgspec.json.Decoder(kind)
        self._elements = msgspec.json.Decoder(list[kind])  # type: ignore[valid-type]  # a type made at run time
        self._size = 48 + 8 * len(kind.__struct_fields__)

    def lines(self, text: bytes) -> range:
        """One number for each object of a text with one on each line.

        Raises:
            Irregular: the text is anything else, or one of them is of another kind.
        """
        return self._counted(self._lines.decode_lines, text)

    def elements(self, text: bytes) -> range:
        """The same for a text of objects with commas between them."""
        return self._counted(self._elements.decode, b"".join((b"[", text, b"]")))

    def _counted(self, decode: Any, text: bytes) -> range:  # either decoder
        if np.count_nonzero(np.frombuffer(text, np.uint8) == _OPENING_BRACE) * self._size > _MOST_MEMORY:
            raise Irregular
        try:
            return range(len(decode(text)))
        except msgspec.ValidationError:
            raise Irregular from None
        except msgspec.DecodeError:
            raise Irregular(may_be_cut=True) from None
        except (RecursionError, UnicodeError):
            raise Irregular from None


def counter() -> Objects:
    """Counts objects, whatever they hold."""
    return Objects(msgspec.defstruct("Object", [], gc=False))


class Voucher:
    """Vouches that objects have no other keys than those of a shape, and objects only where the shape has them."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._known = -1
        self._objects: Objects | None = None

    def lines(self, text: bytes) -> range:
        """As ``RunReader`` says."""
        return self._of_the_shape().lines(text)

    def elements(self, text: bytes) -> range:
        """As ``RunReader`` says."""
        return self._of_the_shape().elements(text)

    def _of_the_shape(self) -> Objects:
        if self._shape.size != self._known:
            self._known = self._shape.size
            self._objects = Objects(_vouching(self._shape.keys)) if _can_be_type(self._shape) else None
        if self._objects is None:
            raise Irregular
        return self._objects


def _can_be_type(shape: Shape) -> bool:
    return 0 < shape.size <= _MOST_KEYS and not any(map(_NO_KEY.search, shape.keys.everywhere()))


def _vouching(keys: Keys) -> type[msgspec.Struct]:
    fields = [
        (f"f{number}", _kind(keys, key), msgspec.field(name=key, default=None)) for number, key in enumerate(keys)
    ]
    return msgspec.defstruct("Object", fields, forbid_unknown_fields=True, gc=False)


def _kind(keys: Keys, key: str) -> Any:  # a type made at run time
    if key not in keys.objects:
        return _Value
    inner = _vouching(keys.objects[key])
    return inner | _Value if key in keys.values else inner
