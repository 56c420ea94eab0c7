"""What expressions may say: a list of what is allowed, so that what a newer DuckDB brings is refused until it is read.

Left out on purpose are functions that read files, settings or the environment; that answer differently the next time
(``now``, ``random``, ``uuid``), since a fix must repeat exactly; that take other than linear time (edit distances);
that see more than one row; and those that take code (lambdas, ``list_transform``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pipeline_exec.dataplane.patterns import MOST_STEPS, steps
from pipeline_exec.dataplane.problems import nearest
from pipeline_exec.dataplane.sql.engine import cursor
from pipeline_exec.dataplane.sql.growth import (
    LIKES,
    PATTERNED,
    TEXTS,
    Growth,
    joined,
    padded,
    repeated,
    replaced,
    replaced_by_pattern,
    small,
    times,
)
from pipeline_exec.dataplane.sql.tree import Node
from pipeline_exec.dataplane.text import cut


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _grown(growth: Growth, names: str) -> Iterator[tuple[str, Growth]]:
    return ((name, growth) for name in names.split())


FUNCTIONS: Final[Mapping[str, Growth]] = dict(
    [
        # Numbers.
        *_grown(small, "+ - * / // % ** ^ & | << >> ~ @ abs acos asin atan atan2 cbrt ceil ceiling cos cot degrees"),
        *_grown(small, "divide even exp fdiv floor fmod gcd greatest_common_divisor isfinite isinf isnan lcm ln log"),
        *_grown(small, "least_common_multiple log10 log2 mod multiply pi pow power radians round round_even sign"),
        *_grown(small, "signbit sin sqrt subtract tan trunc"),
        # Dates and times.
        *_grown(small, "century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc"),
        *_grown(small, "day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms era hour"),
        *_grown(small, "isodow isoyear julian last_day make_date make_time make_timestamp microsecond millennium"),
        *_grown(small, "millisecond minute month monthname quarter second strptime time_bucket timezone to_centuries"),
        *_grown(small, "to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes"),
        *_grown(small, "to_months to_quarters to_seconds to_timestamp to_weeks to_years try_strptime week weekday"),
        *_grown(small, "weekofyear year yearweek"),
        # Every second character of a format may become the name of a month or a zone.
        *_grown(times(32), "strftime"),
        # Text to numbers and truth values.
        *_grown(small, "~~ !~~ ~~* !~~* ^@ ascii bit_length char_length character_length contains ends_with instr len"),
        *_grown(small, "length length_grapheme md5 octet_length ord position prefix regexp_full_match regexp_matches"),
        *_grown(small, "sha1 sha256 starts_with strlen strpos suffix unicode json_array_length json_valid"),
        # Text to text.
        *_grown(times(1), "|| add concat left ltrim regexp_extract reverse right rtrim split_part substr substring"),
        *_grown(times(1), "trim json_extract_string ->> overlay strip_accents decode url_decode"),
        # No letter has more than twice the bytes in the other case, and Latin-1 none more than twice those in UTF-8.
        *_grown(times(2), "lcase lower ucase upper hex to_hex to_base64"),
        *_grown(times(4), "chr nfc_normalize regexp_escape translate url_encode"),
        # Of bytes that are no letters a text shows each as four characters.
        *_grown(times(4), "encode from_base64 unhex"),
        *_grown(joined, "concat_ws"),
        *_grown(padded, "lpad rpad"),
        *_grown(repeated, "repeat"),
        *_grown(replaced, "replace"),
        *_grown(replaced_by_pattern, "regexp_replace"),
        # Each part is a text of its own, which takes 16 bytes.
        *_grown(times(20), "array_extract list_extract list_element split str_split string_split string_to_array"),
        *_grown(times(20), "regexp_extract_all regexp_split_to_array"),
        # One of several.
        *_grown(times(1), "greatest if least nullif"),
    ]
)
"""Each function, and how long the text can be that it makes."""

TYPES: Final = (
    TEXTS
    | _words(
        "BIGINT BOOL BOOLEAN DATE DATETIME DEC DECIMAL DOUBLE FLOAT FLOAT4 FLOAT8 HUGEINT INT INT1 INT2 INT4 INT8 "
        "INTEGER INTERVAL LONG NUMERIC REAL SHORT SIGNED SMALLINT TIME TIMESTAMP TIMESTAMPTZ TIMESTAMP_MS "
        "TIMESTAMP_NS TIMESTAMP_S TIMESTAMP_US TINYINT UBIGINT UHUGEINT UINTEGER USMALLINT UTINYINT UUID"
    )
    | {"TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITHOUT TIME ZONE"}
)
OPERATORS: Final = _words(
    "array_extract array_slice compare_in operator_coalesce operator_is_not_null operator_is_null operator_not "
    "operator_try"
)
KINDS: Final = _words("BETWEEN CASE CAST COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION OPERATOR TYPE")

_STRANGERS: Final = {
    "COLLATE": "COLLATE",
    "LAMBDA": "a lambda or the operator -> (write ->> for the text in a JSON value)",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a column by its number",
    "STAR": "*",
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
}
_OF_JSON: Final = _words("->> json_extract_string")


def check(tree: Node) -> None:
    """Return if the expression says nothing but what is allowed.

    Raises:
        ValueError: with what it must not say.
    """
    for node in tree:
        _check(node)


def _check(node: Node) -> None:
    if node.kind not in KINDS:
        raise ValueError(f"must not have {_STRANGERS.get(node.kind, node.kind.lower())}: it sees one row and no more")
    if node.kind == "OPERATOR" and node.name not in OPERATORS:
        raise ValueError(f"must not have {node.name.upper()}")
    if node.kind == "TYPE" and node.name not in TYPES:
        raise ValueError(f"must not convert to {cut(node.name)}, only to a number, text, date, time or truth value")
    if node.kind == "FUNCTION":
        _check_function(node)


def _check_function(node: Node) -> None:
    if node.name not in FUNCTIONS:
        raise ValueError(_absent(node.name))
    if not node.is_plain:
        raise ValueError(f"must call {node.name} as {node.name}(…), with nothing but values between the brackets")
    if node.name in PATTERNED | LIKES:
        _check_pattern(node)
    if node.name in _OF_JSON:
        _check_path(node)


def _check_pattern(node: Node) -> None:
    pattern = node.children[1] if len(node.children) > 1 else None
    if pattern is None or pattern.kind != "CONSTANT":
        raise ValueError("the pattern of a regular expression, or behind LIKE, must be a text written out")
    # What is wrong with it otherwise is said when it is bound.
    if node.name in PATTERNED and steps(pattern.text) > MOST_STEPS:
        raise ValueError("has a regular expression that is too large once its repetitions are written out")
    # DuckDB tries every way to divide a text among several % once there is a _; patterns of % alone it reads once.
    if node.name in LIKES and "_" in pattern.text and pattern.text.count("%") > 1:
        raise ValueError("a pattern behind LIKE may have _ or several %, not both; use regexp_matches for others")


def _check_path(node: Node) -> None:
    # DuckDB itself takes no * from a column. Of values within values, $..* lists each as often as it is within another.
    for path in node.children[1:]:
        is_of_row = any(part.kind == "COLUMN_REF" for part in path)
        if not is_of_row and (path.kind != "CONSTANT" or "*" in path.text):
            raise ValueError(
                "a path into a JSON value must be a column, or written out and without *: it names one value"
            )


def _absent(name: str) -> str:
    kinds = _kinds_of(name)
    if kinds & {"aggregate", "window"}:
        return f"must not call {name}(), which looks at several rows: the expression sees one row and no more"
    meant = nearest(name, _names(FUNCTIONS))
    hint = f"; did you mean {meant}?" if meant else ""
    return f"must not call {name}(), which is not among the functions allowed{hint}"


def _names(functions: Iterable[str]) -> list[str]:
    return [name for name in functions if name[0].isalpha()]


def _kinds_of(function: str) -> set[str]:
    with cursor() as connection:
        rows = connection.execute(
            "SELECT DISTINCT function_type FROM duckdb_functions() WHERE function_name = ?", [function]
        ).fetchall()
    return {"aggregate"} if function == "count_star" else {str(row[0]) for row in rows}
