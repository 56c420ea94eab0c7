"""Tables of very different kinds, and each of them written in every way that files go wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

Row = list[str]


@dataclass(frozen=True)
class Table:
    """A table, and how it is usually written."""

    name: str
    rows: list[Row]
    """The first is the header."""
    delimiter: str = ","
    quoted: frozenset[int] = frozenset()
    """Columns that are quoted whether or not they must be."""


@dataclass(frozen=True)
class Polluted:
    """A file, and the rows it should be read as."""

    name: str
    content: bytes
    clean: list[Row]


def tables() -> list[Table]:
    """Numbers, text, both; few and many rows and columns; cells of several lines, decimal commas, other scripts."""
    return [
        Table("numbers", _numbers(60, 8)),
        Table("people", _people(40), quoted=frozenset({1})),
        Table("articles", _articles(30), quoted=frozenset({2})),
        Table("prices", _prices(50), ";"),
        Table("scripts", _scripts(24)),
        Table("few", _articles(3)),
        Table("wide", _numbers(12, 40)),
        Table("long", [["id", "item", "price"], *([str(n), f"item {n}", f"{n * 7 % 31}.50"] for n in range(400))]),
    ]


def polluted(table: Table) -> Iterator[Polluted]:
    """The table in every way that files go wrong."""
    yield Polluted("source", _text(table).encode(), table.rows)
    yield from _whole_files(table)
    yield from _dialects(table)
    places = [(row, column) for row in _some(len(table.rows)) for column in _some(len(table.rows[0]))]
    for row, column in places:
        yield from _rows(table, row, column)


def _whole_files(table: Table) -> Iterator[Polluted]:
    text, rows, width = _text(table), table.rows, len(table.rows[0])
    padding = table.delimiter * (width - 1)
    body = text[text.index("\n") + 1 :]
    yield Polluted("no header", body.encode(), rows[1:])
    yield Polluted("header only", text[: text.index("\n") + 1].encode(), rows[:1])
    yield Polluted("no payload", b"", [])
    yield Polluted("one data row", _text(replace(table, rows=rows[:2])).encode(), rows[:2])
    yield Polluted("no trailing line break", text.rstrip("\n").encode(), rows)
    yield Polluted("two trailing line breaks", f"{text}\n".encode(), rows)
    yield Polluted("preamble", f"Report of May\n{text}".encode(), rows)
    yield Polluted("preamble and blank line", f"Report of May\n\n{text}".encode(), rows)
    yield Polluted("padded preamble", f"PREAMBLE{padding}\n{padding}\n{text}".encode(), rows)
    if width > 2:
        yield Polluted("footer", f"{text}Source: the office of statistics\n".encode(), rows)
        yield Polluted("footer behind a blank line", f"{text}\nSigned in May\n".encode(), rows)
    for times in (2, 3):
        header = text[: text.index("\n") + 1] * (times - 1)
        names = [" ".join([name] * times) for name in rows[0]]
        yield Polluted(f"header of {times} rows", f"{header}{text}".encode(), [names, *rows[1:]])
    yield from two_tables(table)


def two_tables(table: Table) -> Iterator[Polluted]:
    """The table, and below it another with as many columns, fewer or more, each with and without a blank line."""
    width = len(table.rows[0])
    seconds = {
        "the same": table.rows,
        "fewer columns": [row[: width - 1] for row in table.rows],
        "one column": [row[:1] for row in table.rows],
        "a column more": [[*row, "col1" if at == 0 else row[-1]] for at, row in enumerate(table.rows)],
        "an empty column more": [[*row, "col1" if at == 0 else ""] for at, row in enumerate(table.rows)],
        "others": [["from", "to", "what", "count"], *([f"{at}.5", str(at), "way", "3"] for at in range(4))],
    }
    if width == 4:
        # Only the names tell where it begins, and these may be a row of values that are missing.
        del seconds["others"]
    for kind, rows in seconds.items():
        for gap in ("", "\n"):
            text = f"{_text(table)}{gap}{_text(replace(table, rows=rows, quoted=frozenset()))}"
            yield Polluted(f"two tables, {kind}, {len(gap)} blank", text.encode(), table.rows)


def shapes() -> Iterator[Table]:
    """Tables of numbers only, of text only, and of both; of few and many columns and rows."""
    words = ("ash", "birch", "cedar tree", "elm", "fir")
    for columns, rows in ((2, 30), (3, 3), (3, 240), (5, 20), (12, 3), (12, 40)):
        names = [f"name{place}" for place in range(columns)]
        numbers = [[str(at * 7 + place) for place in range(columns)] for at in range(rows)]
        text = [[f"{words[(at + place) % 5]} {words[at % 3]}" for place in range(columns)] for at in range(rows)]
        both = [[str(at), *row[1:]] for at, row in enumerate(text)]
        for kind, body in (("numbers", numbers), ("text", text), ("both", both)):
            yield Table(f"{rows} rows of {columns} columns of {kind}", [names, *body])


def _dialects(table: Table) -> Iterator[Polluted]:
    rows = table.rows
    for delimiter in (",", ";", "\t", "|", " ", ", ", "||", ";;"):
        written = "".join(delimiter.join(_cell(cell, delimiter) for cell in row) + "\n" for row in rows)
        yield Polluted(f"delimiter {delimiter!r}", written.encode(), rows)
    yield Polluted("quoted by '", _text(replace(table, quoted=frozenset(range(99))), "'").encode(), rows)
    yield Polluted("all quoted", _text(replace(table, quoted=frozenset(range(99)))).encode(), rows)
    escaped = "".join(table.delimiter.join('"' + cell.replace('"', '\\"') + '"' for cell in row) + "\n" for row in rows)
    yield Polluted("escaped by \\", escaped.encode(), rows)
    for name, end in (("CRLF", "\r\n"), ("CR", "\r")):
        # Line breaks inside cells stay as they are.
        written = "".join(_line(table, row, '"') + end for row in rows)
        yield Polluted(f"records end with {name}", written.encode(), rows)
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32"):
        yield Polluted(f"encoding {encoding}", _text(table).encode(encoding), rows)


def _rows(table: Table, at: int, column: int) -> Iterator[Polluted]:
    lines = [_line(table, row, '"') + "\n" for row in table.rows]
    cells = [_written(table, cell, place, '"') for place, cell in enumerate(table.rows[at])]
    place = f"row {at}, column {column}"

    def with_line(line: str) -> bytes:
        return "".join([*lines[:at], line + "\n", *lines[at + 1 :]]).encode()

    stray = [*cells[:column], '"' + cells[column], *cells[column + 1 :]]
    meant = [list(row) for row in table.rows]
    meant[at][column] = '"' + meant[at][column]
    yield Polluted(f"stray quote, {place}", with_line(table.delimiter.join(stray)), meant)
    more = [*cells[:column], "", *cells[column:]]
    yield Polluted(f"delimiter more, {place}", with_line(table.delimiter.join(more)), table.rows)
    if column:
        less = table.delimiter.join(cells[:column]) + table.delimiter.join(cells[column:])
        yield Polluted(f"delimiter less, {place}", with_line(less), table.rows)
    elif len(cells) > 2:
        for delimiter in {";", "\t", ","} - {table.delimiter}:
            other = delimiter.join(_cell(cell, delimiter) for cell in table.rows[at])
            yield Polluted(f"row by {delimiter!r}, {place}", with_line(other), table.rows)


def _text(table: Table, quote: str = '"') -> str:
    return "".join(_line(table, row, quote) + "\n" for row in table.rows)


def _line(table: Table, row: Sequence[str], quote: str) -> str:
    return table.delimiter.join(_written(table, cell, place, quote) for place, cell in enumerate(row))


def _written(table: Table, cell: str, place: int, quote: str) -> str:
    return _cell(cell, table.delimiter, quote, must=place in table.quoted)


def _cell(cell: str, delimiter: str, quote: str = '"', *, must: bool = False) -> str:
    if must or any(mark in cell for mark in {*delimiter, quote, "\n"}):
        return quote + cell.replace(quote, quote * 2) + quote
    return cell


def _some(count: int) -> list[int]:
    return sorted({0, 1, 2, count // 4, count // 2, count * 3 // 4, count - 2, count - 1} & set(range(count)))


def _numbers(rows: int, columns: int) -> list[Row]:
    body = [[f"{(row * 37 + column * 11) % 997 / 4:g}" for column in range(columns)] for row in range(rows)]
    return [[f"m{column}" for column in range(columns)], *body]


def _people(count: int) -> list[Row]:
    first, last, towns = ("Anna", "Bob", "Cem", "Dana", "Eve"), ("Meyer", "O'Neil", "Şahin"), ("Köln", "York", "Bonn")
    body = [
        [
            f"{first[at % 5]} {last[at % 3]}",
            f"{towns[at % 3]}, district {'ABCDE'[at % 5]}",
            ("paid", "open", "late")[at % 3],
        ]
        for at in range(count)
    ]
    noted = [[*row, f"note {'xyz'[at % 3]} of {row[0]}"] for at, row in enumerate(body)]
    return [["name", "home town", "state", "remark"], *noted]


def _articles(count: int) -> list[Row]:
    body = [
        [
            f"{at % 28 + 1:02}.03.2024",
            f"A-{1000 + at * 13}",
            f'Table {at}, round\nwith legs of {at + 4}" and a cover' if at % 3 else f"Chair no. {at}",
            f"{at * 3 % 17}",
            f"https://shop.example.com/{at}",
            "",
        ]
        for at in range(count)
    ]
    return [["Date", "Article", "Description", "Pieces", "Page", "Comment"], *body]


def _prices(count: int) -> list[Row]:
    body = [
        [f"{at:04}", f"Ware {at}", f"{at * 7 % 90},{at % 10}5", f"1.{at:03},00", "ja" if at % 2 else "nein"]
        for at in range(count)
    ]
    return [["Nummer", "Bezeichnung", "Preis", "Summe netto", "lieferbar"], *body]


def _scripts(count: int) -> list[Row]:
    words = ("Москва, центр", "東京", "Αθήνα", "القاهرة", "서울")
    body = [[str(at), words[at % 5], f"2023-0{at % 9 + 1}-11", words[(at + 2) % 5]] for at in range(count)]
    return [["номер", "город", "дата", "другой"], *body]
