"""Places of a document: its attributes by their dotted paths, read off its schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

_KEY = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class Place:
    """Where in a document an attribute is, and what is there."""

    arrays: tuple[tuple[str, ...], ...]
    """Paths of the arrays on the way, each from the one before."""
    path: tuple[str, ...]
    """From the last array's element, or from the document."""
    type: type
    """``str``, ``float``, ``bool``, ``datetime``, an enumeration; ``object`` where it may be of several types."""
    is_open: bool = False
    """Whether it is an object with keys of its user's choice."""

    def below(self, keys: Sequence[str]) -> Place | None:
        """The place further down an open object; None where the keys are none."""
        if not self.is_open or not all(_KEY.fullmatch(key) for key in keys):
            return None
        return replace(self, path=(*self.path, *keys), is_open=False)


@cache
def places(model: type[BaseModel]) -> Mapping[str, Place]:
    """Every attribute of a document by its dotted path."""
    return dict(_places(model, "", Place(arrays=(), path=(), type=object)))


def _places(model: type[BaseModel], prefix: str, above: Place) -> Iterator[tuple[str, Place]]:
    for name, field in model.model_fields.items():
        dotted = f"{prefix}{name}"
        inner, place = _bare(field.annotation), replace(above, path=(*above.path, name))
        if get_origin(inner) is tuple:
            inner = _bare(get_args(inner)[0])
            place = replace(place, arrays=(*place.arrays, place.path), path=())
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _places(inner, f"{dotted}.", place)
        elif get_origin(inner) is dict:
            yield dotted, replace(place, is_open=True)
        else:
            yield dotted, replace(place, type=_simple(inner))
    if model.model_config.get("extra") == "allow":
        yield prefix.removesuffix("."), replace(above, is_open=True)


def _bare(annotation: Any) -> Any:
    """``X`` for ``X | None``, and for ``Annotated[X, ...]``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    others = [part for part in get_args(annotation) if part is not NoneType]
    return _bare(others[0]) if len(others) == 1 else annotation


def _simple(annotation: Any) -> type:
    annotation = getattr(annotation, "__supertype__", annotation)
    if annotation in (str, bool, datetime):
        return annotation  # type: ignore[no-any-return]  # it is one of the three types
    if annotation in (int, float):
        return float
    return annotation if isinstance(annotation, type) and issubclass(annotation, StrEnum) else object
