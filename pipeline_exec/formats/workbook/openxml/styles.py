"""The styles of a workbook, as far as they decide what a cell is read as."""

from __future__ import annotations

from typing import IO

from pipeline_exec.formats.workbook.cells.format_codes import BUILT_IN, Look, Looks, look_of
from pipeline_exec.formats.workbook.package.xml import elements


def read_looks(part: IO[bytes]) -> Looks:
    """The looks of all styles of a workbook, in the order in which cells count them.

    Raises:
        expat.ExpatError, ValueError: the part is damaged.
    """
    codes = dict(BUILT_IN)
    looks: list[tuple[Look, Look]] = []
    within = False
    for name, attributes in elements(part):
        if name == "numFmt" and "numFmtId" in attributes:
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name in {"cellXfs", "cellStyleXfs", "dxfs", "cellStyles"}:
            within = name == "cellXfs"
        elif within and name == "xf":
            looks.append(look_of(codes.get(int(attributes.get("numFmtId", 0)), "General")))
    return looks
