"""Workbooks as other programs write them, and as none should."""

import io
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import xlwt

from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.tables import cells_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def read(path, **options):
    """The dialect of a workbook, the names of its columns and its cells."""
    parsed = FORMATS.read(path, path.name, ReadOptions(**options))
    return parsed.dialect, parsed.rows.schema.names, cells_of(parsed.rows)


def xls_of(path, *styled):
    """A workbook of before 2007 with a column ``x`` of values, each with its number format."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Data")
    sheet.write(0, 0, "x")
    for row, (value, code) in enumerate(styled, start=1):
        style = xlwt.XFStyle()
        style.num_format_str = code
        sheet.write(row, 0, value, style)
    book.save(str(path))
    return path


def workbook(path, *sheets, hidden=()):
    """A workbook with these sheets, each a name and rows of values, made by openpyxl."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def package(path, sheet, **others):
    """A workbook whose only sheet has this XML within ``sheetData``; ``others`` replaces or adds parts."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">'
            f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{sheet}</sheetData></worksheet>',
    } | others
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def archive_of(**parts):
    """The bytes of a ZIP archive."""
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def document(path, table, styles="", **others):
    """An OpenDocument workbook with these ``table:table`` elements; ``others`` replaces or adds parts."""
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": content_of(table, styles),
        "META-INF/manifest.xml": "<manifest:manifest xmlns:manifest='m'/>",
    } | others
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def content_of(table, styles=""):
    """The content of such a workbook."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ODF)
    return (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body></office:document-content>"
    )


ODF = ("office", "table", "text", "style", "dc", "calcext", "xlink")


def odf_table(*rows, name="Data", attributes=""):
    """A ``table:table`` of rows of XML cells."""
    lines = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}"{attributes}>{lines}</table:table>'


def odf_cell(shown="", kind="string", attributes=""):
    """A ``table:table-cell``; ``kind`` may bring the value with it: ``float=1.5``."""
    kind, _, value = kind.partition("=")
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    given = f' office:{name}="{value}"' if value else ""
    typed = f' office:value-type="{kind}"' if kind else ""
    text = f"<text:p>{shown}</text:p>" if shown else ""
    return f"<table:table-cell{typed}{given}{attributes}>{text}</table:table-cell>"
