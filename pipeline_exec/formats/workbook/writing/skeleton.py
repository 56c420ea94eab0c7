"""The parts of a workbook, but for the rows of its sheets (ECMA-376 part 1, 12.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import quoteattr

COMMENTS_PART: Final = "xl/comments1.xml"
DRAWING_PART: Final = "xl/drawings/vmlDrawing1.vml"
_COMMENTING: Final = (("comments", "../comments1.xml"), ("vmlDrawing", "../drawings/vmlDrawing1.vml"))

_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE_TYPES: Final = "application/vnd.openxmlformats-officedocument"
_TYPES: Final = f"{_OFFICE_TYPES}.spreadsheetml"

#: Number formats below this one are Excel's own (ECMA-376 part 1, 18.8.30).
_FIRST_OWN_FORMAT: Final = 164

HEADER_STYLE: Final = 1
"""Bold."""
ERROR_STYLE: Final = 2
"""On light red."""
FIRST_STYLE: Final = 3
"""The style of the first number format; the others follow."""

SHEET_ENDS: Final = "</sheetData></worksheet>"
COMMENTED_SHEET_ENDS: Final = f'</sheetData><legacyDrawing xmlns:r="{_OFFICE}" r:id="rId2"/></worksheet>'
COMMENTS_BEGIN: Final = (
    f'{_DECLARATION}<comments xmlns="{_MAIN}"><authors><author>pipeline-exec</author></authors><commentList>'
)
COMMENTS_END: Final = "</commentList></comments>"


def sheet_part(number: int) -> str:
    """The part of a sheet by its 1-based number."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_begins(*, is_frozen: bool) -> str:
    """What stands before the rows of a sheet; the first of them stays in sight when frozen."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if is_frozen else ""
    view = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    return f'{_DECLARATION}<worksheet xmlns="{_MAIN}">{view}<sheetData>'


def parts(number_formats: Sequence[str], sheets: Sequence[str], *, is_commented: bool = False) -> Mapping[str, str]:
    """All parts but the sheets by their names.

    Args:
        number_formats: Each has a style, from ``FIRST_STYLE`` on.
        sheets: What the sheets are called.
        is_commented: Whether cells of the first sheet have comments; their parts are not among these.
    """
    targets = [("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)]
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    others = {"xl/worksheets/_rels/sheet1.xml.rels": _relationships(_COMMENTING)} if is_commented else {}
    return {
        "[Content_Types].xml": _content_types(len(sheets), is_commented=is_commented),
        "_rels/.rels": _relationships([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": (
            f'{_DECLARATION}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relationships([*targets, ("styles", "styles.xml")]),
        "xl/styles.xml": _styles(number_formats),
        **others,
    }


def _content_types(sheets: int, *, is_commented: bool) -> str:
    drawing = f'<Default Extension="vml" ContentType="{_OFFICE_TYPES}.vmlDrawing"/>' if is_commented else ""
    overridden = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles"}
    overridden |= {sheet_part(number): "worksheet" for number in range(1, sheets + 1)}
    overridden |= {COMMENTS_PART: "comments"} if is_commented else {}
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in overridden.items()
    )
    return (
        f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{drawing}{overrides}</Types>'
    )


def _relationships(targets: Sequence[tuple[str, str]]) -> str:
    """Targets by their kind, numbered ``rId1`` and so on."""
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _styles(number_formats: Sequence[str]) -> str:
    numbered = list(enumerate(number_formats, start=_FIRST_OWN_FORMAT))
    codes = "".join(f'<numFmt numFmtId="{number}" formatCode={quoteattr(code)}/>' for number, code in numbered)
    declared = f'<numFmts count="{len(numbered)}">{codes}</numFmts>' if numbered else ""
    styles = "".join(
        f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for number, _ in numbered
    )
    return (
        f'{_DECLARATION}<styleSheet xmlns="{_MAIN}">{declared}'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/><bgColor indexed="64"/></patternFill></fill>'
        "</fills>"
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{FIRST_STYLE + len(numbered)}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        f'<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
        f'<xf numFmtId="0" fontId="0" fillId="2" borderId="0" xfId="0" applyFill="1"/>{styles}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
