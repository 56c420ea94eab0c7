"""Which parts a part of a package is related to (ECMA-376 part 2, 6.5)."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline_exec.formats.workbook.package.archive import Package
from pipeline_exec.formats.workbook.package.xml import elements

PACKAGE: Final = ""
"""The package itself, whose relationships lead to its main part."""


@dataclass(frozen=True)
class Relationship:
    """A part that another one is related to."""

    id: str
    kind: str
    """The last word of its type, such as ``worksheet``; the rest of it differs between editions of the standard."""
    part: str


def relationships(package: Package, part: str) -> Sequence[Relationship]:
    """The relationships of a part, or of the package; none where it says nothing of them.

    Raises:
        expat.ExpatError: they are no well-formed XML.
    """
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in package:
        return []
    with package.part(listed) as xml:
        return [
            Relationship(
                attributes.get("Id", ""),
                attributes.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))),
            )
            for element, attributes in elements(xml)
            if element == "Relationship"
        ]
