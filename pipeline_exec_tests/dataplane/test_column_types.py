import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, localcontext

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.column_types import COLUMN_TYPES, cell_type, show
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.target_model import ColumnType
from pipeline_exec_tests.dataplane.cases import cases
from pipeline_exec_tests.dataplane.codes import COUNTRIES, CURRENCIES, bics, gtins, ibans
from pipeline_exec_tests.dataplane.tables import column, texts

OF_YAML = {
    "date": date.fromisoformat,
    "decimal": Decimal,
    "time": time.fromisoformat,
    "timestamp": datetime.fromisoformat,
}


@pytest.mark.parametrize("case", cases("column_types"))
def test_a_type_reads_and_refuses_what_its_fixture_says(case):
    kind = cell_type(column(**case["column"]))
    readable, refused = case.get("read", []), case.get("refused", [])
    values, is_wrong = kind.parse(texts(*(text for text, _ in [*readable, *refused])))
    convert = OF_YAML.get(kind.name, lambda value: value)
    expected = [value if value is None else convert(value) for _, value in readable]
    assert values.type == kind.arrow_type
    assert values.to_pylist() == expected + [None] * len(refused)
    assert is_wrong.to_pylist() == [False] * len(readable) + [True] * len(refused)
    complaints = kind.complaints(texts(*(text for text, _ in refused))).to_pylist()
    assert complaints == [complaint for _, complaint in refused]


@pytest.mark.parametrize("case", [case for case in cases("column_types") if "shown" in case.values[0]])
def test_a_type_shows_what_its_fixture_says(case):
    target = column(**case["column"])
    values, _ = cell_type(target).parse(texts(*(text for text, _ in case["read"]), None))
    assert show(values, target).to_pylist() == [*case["shown"], None]


def test_every_type_has_a_fixture():
    assert {case.values[0]["column"]["column_type"] for case in cases("column_types")} == set(COLUMN_TYPES)


OPTIONS = [{"value": value, "label": f"Label {value}"} for value in ("a", "b", "c d")]
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
HOST = st.one_of(
    st.tuples(LABEL, st.sampled_from(["org", "xn--p1ai", "\u043f\u0440\u0438\u043c\u0435\u0440"])).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map("[{}]".format),
    st.tuples(LABEL, st.integers(0, 65535)).map("{0[0]}.de:{0[1]}".format),
)
PATH = st.just("") | st.builds(str.__add__, st.sampled_from("/?#"), st.text("aZ9/?#&=%.+~@:é", max_size=9))
LOCAL_PART = st.lists(st.text("aZ9!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20), min_size=1, max_size=3).map(".".join)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(date.min, date.max)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("attributes", "values"),
    [
        pytest.param({"column_type": "string"}, st.text(min_size=1), id="string"),
        pytest.param({"column_type": "int"}, st.integers(-(2**63), 2**63 - 1), id="int"),
        pytest.param({"column_type": "float"}, FINITE, id="float"),
        pytest.param(
            {"column_type": "decimal"},
            st.decimals(-(10**29) + 1, 10**29 - 1, allow_nan=False, allow_infinity=False, places=9),
            id="decimal",
        ),
        pytest.param({"column_type": "decimal"}, st.decimals(-1, 1, places=9), id="small decimals"),
        pytest.param({"column_type": "percentage"}, FINITE, id="percentage"),
        pytest.param({"column_type": "boolean"}, st.booleans(), id="boolean"),
        pytest.param(
            {"column_type": "category", "options": OPTIONS}, st.sampled_from(["a", "b", "c d"]), id="category"
        ),
        pytest.param({"column_type": "date"}, DAYS, id="date"),
        pytest.param({"column_type": "date", "output_format": "D.M.YYYY"}, DAYS, id="date without leading zeros"),
        pytest.param({"column_type": "date", "output_format": "MMMM D, YYYY"}, DAYS, id="date with the month's name"),
        pytest.param(
            {"column_type": "date", "output_format": "%d-%b-%y"},
            st.dates(date(1969, 1, 1), date(2068, 12, 31)),
            id="date of two digits",
        ),
        pytest.param({"column_type": "time"}, st.times(), id="time"),
        pytest.param({"column_type": "time", "output_format": "%I:%M:%S.%f %p"}, st.times(), id="time of half a day"),
        pytest.param({"column_type": "timestamp"}, MOMENTS, id="timestamp"),
        pytest.param(
            {"column_type": "timestamp", "output_format": "%d/%m/%Y %H:%M:%S.%f %z"},
            MOMENTS,
            id="timestamp in a format",
        ),
        pytest.param(
            {"column_type": "timestamp", "output_format": "[on] YYYY, MMM DD [at] hh:mm:ss.SSS a"},
            MOMENTS.map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)),
            id="timestamp in words",
        ),
        pytest.param(
            {"column_type": "email"},
            st.tuples(LOCAL_PART, LABEL).map("{0[0]}@{0[1]}.museum".format),
            id="email",
        ),
        pytest.param(
            {"column_type": "url"},
            st.tuples(st.sampled_from(["http", "HTTPS", "ftp"]), HOST, PATH).map("{0[0]}://{0[1]}{0[2]}".format),
            id="url",
        ),
        pytest.param({"column_type": "uuid"}, st.uuids().map(str), id="uuid"),
        pytest.param({"column_type": "iban"}, ibans(), id="iban"),
        pytest.param({"column_type": "iban", "output_format": "grouped"}, ibans(), id="iban in groups"),
        pytest.param({"column_type": "bic"}, bics(), id="bic"),
        pytest.param({"column_type": "gtin"}, gtins(), id="gtin"),
        pytest.param({"column_type": "gtin", "output_format": "GTIN-14"}, gtins([14]), id="gtin of fourteen digits"),
        *(
            pytest.param({"column_type": kind, "output_format": form}, st.sampled_from(codes), id=f"{kind} as {form}")
            for kind, codes, forms in (
                ("country_code", COUNTRIES, ["alpha-2", "alpha-3", "numeric", "name"]),
                ("currency_code", CURRENCIES, ["alpha-3", "numeric"]),
            )
            for form in forms
        ),
    ],
)
def test_what_is_shown_is_read_as_the_same_values(attributes, values):
    kind = cell_type(column(**attributes))

    @given(st.lists(st.none() | values, max_size=20))
    def law(cells):
        array = pa.array(cells, kind.arrow_type)
        read, is_wrong = kind.parse(kind.show(array))
        assert read.equals(array)
        assert not is_wrong.true_count

    law()


@pytest.mark.parametrize("number_format", ["1.234,56", "1,234.5", "1 234", "1'234.567", "1234,56"])
@given(st.lists(st.integers(-(2**63), 2**63 - 1)), st.lists(st.decimals(-(10**20), 10**20, places=9)))
def test_what_is_shown_in_a_number_format_is_the_number_with_separators(number_format, whole, exact):
    thousands, rest = number_format[1:].split("234") if len(number_format) > 1 else ("", "")
    decimal = rest[:1] or ("," if thousands == "." else ".")
    for kind, values in (("int", whole), ("decimal", exact)):
        target = column(column_type=kind, number_format=number_format)
        shown = show(pa.array(values, cell_type(target).arrow_type), target).to_pylist()
        assert [Decimal(text.replace(thousands, "").replace(decimal, ".")) for text in shown] == values


@pytest.mark.parametrize(
    ("attributes", "field", "message"),
    [
        pytest.param(
            {"output_format": "DD.MM.YYYY"},
            "output_format",
            "means nothing to a column of type string",
            id="date format of a string",
        ),
        pytest.param(
            {"column_type": "date", "number_format": "1.234,56"},
            "number_format",
            "means nothing",
            id="number format of a date",
        ),
        pytest.param({"column_type": "int", "options": OPTIONS}, "options", "means nothing", id="options of a number"),
        pytest.param(
            {"column_type": "int", "number_format": "#,##0"},
            "number_format",
            "Write it like 1.234,56",
            id="spreadsheet format",
        ),
        pytest.param(
            {"column_type": "int", "number_format": "1,234,56"},
            "number_format",
            "Write it like 1.234,56",
            id="one separator for both",
        ),
        pytest.param(
            {"column_type": "date", "output_format": "HH:mm"}, "output_format", "shows no date", id="date without date"
        ),
        pytest.param(
            {"column_type": "timestamp", "output_format": "HH:mm"},
            "output_format",
            "shows no date",
            id="timestamp without date",
        ),
        pytest.param(
            {"column_type": "time", "output_format": "YYYY HH:mm"},
            "output_format",
            "more than a time",
            id="time with a year",
        ),
        pytest.param(
            {"column_type": "time", "output_format": "HH:mm Z"},
            "output_format",
            "more than a time",
            id="time with a zone",
        ),
        pytest.param(
            {"column_type": "date", "output_format": "YYYY-DD-MM"},
            "output_format",
            "looks like ISO 8601",
            id="false ISO 8601",
        ),
        pytest.param(
            {"column_type": "category", "options": [*OPTIONS, OPTIONS[0]]},
            "options.3.value",
            "an option before",
            id="an option twice",
        ),
        pytest.param(
            {"column_type": "category", "options": [{"value": "", "label": "x"}]},
            "options.0.value",
            "is empty",
            id="an option without value",
        ),
    ],
)
def test_attributes_without_meaning_are_refused(attributes, field, message):
    with pytest.raises(InvalidDocument) as refused:
        cell_type(column(**attributes))
    assert [problem.field for problem in refused.value.problems] == [field]
    assert message in refused.value.problems[0].message


def test_every_type_is_available():
    assert set(COLUMN_TYPES) == set(ColumnType)


SHORT_NUMBERS = st.from_regex(r"[+-]?[0-9]{0,7}\.?[0-9]{0,9}", fullmatch=True).filter(lambda text: 0 < len(text) <= 11)


@settings(max_examples=300)
@given(st.lists(st.none() | SHORT_NUMBERS, min_size=1, max_size=5))
@example(["1125899.9"])
@example(["1125899.92"])
@example([".123456789", "-0.1234567", None, "999999.999"])
def test_short_decimals_are_exact(cells):
    kind = cell_type(column(column_type="decimal"))
    values = kind.read(texts(*cells))
    expected = [Decimal(cell) if cell and re.search("[0-9]", cell) else None for cell in cells]
    assert values.to_pylist() == expected
    assert values.equals(kind.read(texts(*cells, "0" * 20))[:-1])


MANTISSAS = st.from_regex(r"[+-]?([0-9]{1,45}\.?[0-9]{0,12}|\.[0-9]{1,12})", fullmatch=True)
EXPONENTS = st.builds("{}{}{}".format, st.sampled_from("eE"), st.sampled_from(["", "+", "-00"]), st.integers(0, 50))


@settings(max_examples=300)
@given(st.lists(st.none() | st.tuples(MANTISSAS, EXPONENTS).map("".join), min_size=1, max_size=5))
@example(["0e999999999", "-0E0", "1e-9", "10e-10"])
@example([f"{'9' * 38}e-9", f"-{'9' * 38}e-9", f"{'9' * 39}e-9", f"1{'0' * 60}e-60"])
def test_decimals_with_an_exponent_are_exact(cells):
    kind = cell_type(column(column_type="decimal"))
    with localcontext(prec=200):
        expected = [cell and Decimal(cell) for cell in cells]
        held = [None if each is None or not is_held(each) else each for each in expected]
    assert kind.read(texts(*cells)).to_pylist() == held
    assert kind.read(texts(*cells, "1.5", "n/a")).to_pylist() == [*held, Decimal("1.5"), None]


def is_held(value):
    """Whether a decimal column has so many digits."""
    return value == 0 or (abs(value) < 10**29 and value == round(value, 9))


@settings(max_examples=300)
@given(st.lists(st.none() | st.decimals(-1_200_000, 1_200_000, places=9), min_size=1, max_size=5))
@example([Decimal("1125899.906842624"), None, Decimal("-1125899.906842623")])
@example([Decimal("0.000001"), Decimal("-0.00001"), Decimal(0), Decimal(100_000)])
@example([Decimal("0.000000999")])
def test_small_decimals_are_shown_as_beside_large_ones(values):
    kind = cell_type(column(column_type="decimal"))
    small = pa.array(values, kind.arrow_type)
    beside_large = pa.array([*values, Decimal(10**20)], kind.arrow_type)
    assert kind.show(small).equals(kind.show(beside_large)[:-1])
