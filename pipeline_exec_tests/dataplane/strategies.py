"""Random tables, mappings and targets: small, and full of what is nearly right."""

from functools import cache

import pyarrow as pa
from hypothesis import strategies as st

from pipeline_exec.dataplane.marks import MISSING, SURPLUS, TARGET_MARKS
from pipeline_exec_tests.dataplane.tables import column, mapping

CHARACTERS = st.text("ab BÄé\t\n\u00a0'@/.,-+:;%0123456789eETZ", max_size=8)

#: Cells that are right or nearly so, by column type.
SAMPLES = {
    "string": ["a", " a", "Ab", "x-1", "Ünïcode"],
    "int": ["5", "05", "+5", "-7", "9223372036854775807", "9223372036854775808", "1.0", "0x1F", "1e3", "12", "100"],
    "float": ["1.5", "-.5", "5.", "1e5", "1e400", "nan", "inf", "0", "-0.0", "1.50", "1,5", "100"],
    "percentage": ["5", "5%", "5 %", "5  %", "%", "12.5%"],
    "decimal": [
        "1.5",
        "1.50",
        "0.123456789",
        "0.1234567891",
        "9" * 29,
        "9" * 30,
        "9" * 42,
        "1e5",
        "1e-05",
        "-2.5E+3",
        "1e-10",
        "1e29",
        "1e",
        "1." + "0" * 40,
        "-.5",
        "0",
    ],
    "boolean": ["true", "No", "Y", "0", "2", "maybe", "JA", "Nein"],
    "category": ["de", "DE", "Germany", "germany", "BRD", "at", "fr", "Ger many", "Germny", "Autria"],
    "date": [
        "2024-02-29",
        "01/02/2024",
        "31/12/2024",
        "12/31/2024",
        "2023-02-29",
        "29.02.2024",
        "31.04.2024",
        "2024-12-31 00:00:00",
        "2024-12-31T10:00Z",
    ],
    "timestamp": ["2024-02-29", "2024-02-29T10:00:00.123456789Z", "2024-02-29 10:00+01:00", "2024-02-30T10:00", "x"],
    "time": ["10:00", "23:59:59", "24:00", "10:00:00.5", "1:00"],
    "email": ["a@b.de", "a.b@c-d.org", "a@b", "@b.de", "a b@c.de", "a@b..de", "a@1.2", "a" * 65 + "@b.de"],
    "phone": ["+4930123456", "+49 (0)30 12-34.56", "030 123456", "+1 (415) 555-2671", "+4912", "+999123456"],
    "iban": ["DE89370400440532013000", "no93 8601 1117 947", "DE88370400440532013000", "DE8937040044053201300"],
    "bic": ["DEUTDEFF", "deutdeff500", "COBADEFFXXX", "DEUTZZFF", "DEUTDEFF5"],
    "gtin": ["4006381333931", "96385074", "036000291452", "4006381333932", "978-3-16-148410-0"],
    "country_code": ["DE", "deu", "US", "UK", "Germany", "276", "ß"],
    "currency_code": ["EUR", "usd", "DEM", "978"],
    "url": [
        "https://example.com",
        "HTTP://müller.de:8080/a?b#c",
        "ftp://a@b-c",
        "www.example.com",
        "https://a..b",
        "http://x:99999/",
        "http://1.2.3.4/",
        "https://x/a b",
    ],
    "uuid": [
        "6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f",
        "{6f1f2c9e-54b1-4c5e-9d3e-1a2b3c4d5e6f}",
        "6F1F2C9E-54B1-4C5E-9D3E-1A2B3C4D5E6F",
        "6f1f2c9e",
    ],
}
OPTIONS = [
    {"value": "de", "label": "Germany", "alternative_matches": ["BRD", "at"]},
    {"value": "at", "label": "Austria"},
]
#: Attributes that a column of a type may have.
ATTRIBUTES = {
    "boolean": [{"output_format": "ja/nein"}],
    "category": [{"options": OPTIONS, "options_matching": matching} for matching in ("EXACT", "ALTERNATIVE", "FUZZY")],
    "country_code": [{"input_formats": ["numeric"]}],
    "currency_code": [{"input_formats": ["numeric"]}],
    "date": [
        {"output_format": "DD.MM.YYYY"},
        {"input_formats": ["MM/DD/YYYY", "DD/MM/YYYY"]},
        {"output_format": "DD/MM/YYYY", "input_formats": ["MM/DD/YYYY"]},
    ],
    "gtin": [{"output_format": "GTIN-14"}],
    "phone": [{"region": "DE"}, {"region": "US"}],
}
#: A smallest and a greatest value where there can be one.
BOUNDS = {
    "int": ("0", "50"),
    "float": ("0", "50"),
    "percentage": ("0", "10%"),
    "decimal": ("0.1", "10"),
    "date": ("2024-01-01", "2024-12-30"),
    "timestamp": ("2024-02-29T01:00:00Z", "2024-03-01"),
    "time": ("10:00", "20:00"),
}


def values(kind):
    """Cells that are values of a type, however its columns are made."""
    return [SAMPLES[kind][0], *{"float": ["0"], "decimal": ["0"], "int": ["100"]}.get(kind, [])]


@cache
def cells(kind):
    """Cells of a column of a type: right, nearly right, wrong, empty."""
    samples = st.sampled_from(SAMPLES[kind])
    damaged = st.builds(lambda sample, more: sample + more, samples, CHARACTERS)
    return st.one_of(st.none(), samples, samples, damaged, CHARACTERS.filter(bool))


@cache
def validations(kind):
    """Validations that have a meaning for a type."""
    patterns = st.sampled_from(["^[A-Za-z]+$", "[0-9]", "a|5", "^.{1,3}$"])
    few = st.lists(st.sampled_from(values(kind)), min_size=1, max_size=2)
    choices = [
        st.builds(lambda pattern: {"type": "REGEX", "pattern": pattern}, patterns),
        st.builds(
            lambda low, more: {"type": "LENGTH", "min": low, "max": low + more}, st.integers(0, 3), st.integers(0, 9)
        ),
        st.builds(lambda values: {"type": "ONE_OF", "values": values}, few),
        st.builds(
            lambda operator, value: {"type": "COMPARE", "operator": operator, "value": value},
            st.sampled_from(["eq", "ne", *(["lt", "lte", "gt", "gte"] if kind in BOUNDS else [])]),
            st.sampled_from(values(kind)),
        ),
        st.just({"type": "REQUIRED"}),
        st.just({"type": "UNIQUE"}),
        st.builds(lambda rows: {"type": "WEBHOOK", "connector": "judge", "batch_rows": rows}, st.integers(1, 5)),
    ]
    if kind in BOUNDS:
        low, high = BOUNDS[kind]
        choices.append(st.sampled_from([{"type": "MIN", "value": low}, {"type": "MAX", "value": high}]))
    return st.lists(st.one_of(choices), max_size=2).filter(_can_be_kept)


def _can_be_kept(validations):
    """Whether some length is allowed by all of them; bounds that contradict each other are refused."""
    lengths = [validation for validation in validations if validation["type"] == "LENGTH"]
    return all(one["min"] <= other["max"] for one in lengths for other in lengths)


KINDS = sorted(SAMPLES)
#: Types whose values have an order, and may be compared with each other.
LIKE = ({"int", "decimal", "float", "percentage"}, {"date", "timestamp"}, {"time"})


@cache
def row_validations(number, kinds):
    """Validations of the column with this number that look at others too."""
    others = [other for other in range(len(kinds)) if other != number]
    if not others:
        return st.just([])
    keys = st.lists(st.sampled_from([f"x{other}" for other in others]), min_size=1, max_size=3, unique=True)
    match = st.sampled_from(["ANY", "ALL"])
    required = st.sampled_from(["REQUIRED_WITH", "REQUIRED_WITHOUT"])
    choices = [
        st.builds(lambda columns: {"type": "UNIQUE", "columns": columns}, keys),
        st.builds(lambda columns: {"type": "WEBHOOK", "connector": "judge", "columns": columns}, keys),
        st.builds(lambda kind, columns, how: {"type": kind, "columns": columns, "match": how}, required, keys, match),
        st.builds(
            lambda kind, other: {"type": kind, "columns": [f"x{other}"], "values": values(kinds[other])},
            required,
            st.sampled_from(others),
        ),
        st.builds(
            lambda other: {"type": "SQL", "expression": f"x{number} IS NOT NULL OR x{other} IS NOT NULL"},
            st.sampled_from(others),
        ),
    ]
    like = [other for other in others if any({kinds[number], kinds[other]} <= family for family in LIKE)]
    same = [other for other in like if kinds[other] == kinds[number]]
    operators = st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"])
    if like:
        choices.append(st.builds(compare, operators, st.sampled_from(like)))
    if same:
        choices.append(
            st.builds(lambda other: {"type": "SQL", "expression": f"x{number} <= x{other}"}, st.sampled_from(same))
        )
    return st.lists(st.one_of(choices), max_size=2)


def compare(operator, other):
    return {"type": "COMPARE", "operator": operator, "column": f"x{other}"}


@st.composite
def targets(draw):
    """One to four columns of random types with random checks."""
    columns = []
    kinds = tuple(draw(st.sampled_from(KINDS)) for _ in range(draw(st.integers(1, 4))))
    for number, kind in enumerate(kinds):
        attributes = {"column_type": kind, "required": draw(st.booleans()), "unique": draw(st.booleans())}
        plain = [] if kind == "category" else [{}]
        attributes |= draw(st.sampled_from([*plain, *ATTRIBUTES.get(kind, [])]))
        checks = draw(validations(kind)) + draw(row_validations(number, kinds))
        columns.append(column(f"x{number}", validations=checks, **attributes))
    return columns


@st.composite
def mapped_tables(draw):
    """A target, the schema of a table mapped to it, and rows of text; with marks of irregular rows or without."""
    target = draw(targets())
    fields = {column.key: cells(column.column_type) for column in target}
    schema = pa.schema([(key, pa.string()) for key in fields])
    if draw(st.booleans()):
        places = st.lists(st.integers(0, len(target) - 1), min_size=1, max_size=3, unique=True)
        fields |= {MISSING: st.none() | places, SURPLUS: st.none() | st.sampled_from(["x", "a,b"])}
        schema = pa.schema([*schema, *TARGET_MARKS])
    return target, schema, draw(st.lists(st.fixed_dictionaries(fields), max_size=15))


@st.composite
def edits(draw, target, rows):
    """Edits of some cells, as (row, key, value)."""
    if not rows:
        return []
    where = st.tuples(st.integers(1, len(rows)), st.sampled_from(target))
    places = draw(st.lists(where, max_size=5))
    return [(row, column.key, draw(cells(column.column_type) | st.just(""))) for row, column in places]


DATES = ["31.12.2024", "12/31/2024", "31.02.2024"]
PLAIN = ["0", "1", "-2.50", " 3 ", "0.1", "9999999999999999999", "0.000000000000000003", "-12345678.87654321"]
NUMBERS = ["1.234,56", "1.2.3,4", "-0,5", "12.34,5", "1.234.567", ",5", "5,"]
SOURCE_CELLS = st.one_of(
    st.none(), st.just(""), CHARACTERS, st.sampled_from([*DATES, *NUMBERS, *PLAIN, " a  b ", "a-b-c", "ab"])
)
STEPS = st.one_of(
    st.just({"type": "TRIM"}),
    st.builds(lambda to: {"type": "CASE", "to": to}, st.sampled_from(["upper", "lower"])),
    st.builds(
        lambda old, new: {"type": "REPLACE", "old": old, "new": new},
        st.sampled_from(["a", "-", "ab"]),
        st.sampled_from(["", "b", "--"]),
    ),
    st.builds(lambda part: {"type": "SPLIT", "separator": "-", "part": part}, st.sampled_from([1, 2, 3, -1, -2, -3])),
    st.sampled_from([{"type": "CONSTANT", "value": "c"}, {"type": "DEFAULT", "value": "d"}]),
    st.just({"type": "OPTION_MAPPING", "options": {"ab": "AB", "": "empty", "a": ""}}),
    st.builds(lambda group: {"type": "REGEX_EXTRACT", "pattern": "([a-z])([0-9])?", "group": group}, st.integers(0, 1)),
    st.just({"type": "REGEX_REPLACE", "pattern": "([0-9])-([0-9])", "replacement": r"\2/\1"}),
    st.just({"type": "NUMBER", "decimal": ",", "thousands": "."}),
    st.just({"type": "DATE", "formats": ["DD.MM.YYYY", "MM/DD/YYYY"]}),
    st.sampled_from(
        [
            {"type": "LOOKUP", "values": {"ab": "AB", "a": ""}},
            {"type": "LOOKUP", "values": {"ab": "AB"}, "on_missing": "EMPTY"},
            {"type": "LOOKUP", "values": {"ab": "AB"}, "default": "none"},
        ]
    ),
    st.builds(lambda formula: {"type": "ARITHMETIC", "expression": formula}, st.deferred(lambda: FORMULAS)),
)
FORMULAS = st.recursive(
    st.sampled_from(["s0", "s1", "s2", "value", "2", "0.5", "10000000000"]),
    lambda parts: st.one_of(
        st.builds("({} {} {})".format, parts, st.sampled_from("+-*/%"), parts),
        st.builds("-{}".format, parts),
        st.builds("{}({})".format, st.sampled_from(["abs", "round", "floor", "ceil"]), parts),
        st.builds("round({}, {})".format, parts, st.integers(0, 4)),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max", "coalesce"]), parts, parts),
    ),
    max_leaves=5,
)
MERGERS = st.sampled_from([{"type": "JOIN", "separator": "-"}, {"type": "CONCATENATE"}, {"type": "COALESCE"}])


@st.composite
def source_tables(draw):
    """A mapping in EXACT mode, its target, and rows of a source."""
    names = ["s0", "s1", "s2"]
    mappings = []
    for number in range(draw(st.integers(1, 3))):
        sources = draw(st.lists(st.sampled_from(names), max_size=3))
        steps = draw(st.lists(STEPS, max_size=3))
        first = [draw(MERGERS)] if len(sources) > 1 else []
        mappings.append({"source_columns": sources, "target_column": f"x{number}", "transformations": first + steps})
    target = [column(f"x{number}") for number in range(4)]
    rows = draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, SOURCE_CELLS)), max_size=25))
    return mapping(*mappings, mode="EXACT"), target, rows


@st.composite
def cuts(draw, rows):
    """The same rows in batches of random sizes, empty ones among them."""
    places = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    return [rows[begin:end] for begin, end in zip([0, *places], [*places, len(rows)], strict=True)]
