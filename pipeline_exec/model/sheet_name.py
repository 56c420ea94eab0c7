"""Names of the sheets of workbooks."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

#: "Rename a worksheet", Microsoft; counted in UTF-16, in which an emoji is two.
_LONGEST: Final = 31
#: Excel keeps this name for itself, in any case of letters.
_RESERVED: Final = "History"


def _usable(name: str) -> str:
    if len(name.encode("utf-16-le")) > 2 * _LONGEST:
        raise ValueError(f"The name of a sheet must not be longer than {_LONGEST} characters. Set a shorter one.")
    if name.startswith("'") or name.endswith("'"):
        raise ValueError("The name of a sheet must not begin or end with an apostrophe. Set another one.")
    if name.casefold() == _RESERVED.casefold():
        raise ValueError(f"Excel keeps the name {_RESERVED} for itself. Set another one.")
    return name


SheetName = Annotated[
    str,
    Field(min_length=1, max_length=_LONGEST, pattern=r"^[^\[\]:*?/\\\x00-\x1f]+$"),
    AfterValidator(_usable),
]
"""A name that Excel takes."""
