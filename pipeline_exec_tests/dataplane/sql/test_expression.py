"""Expressions: what they mean is what plain DuckDB makes of them; what they may say is little, and harmless."""

import re
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_exec.dataplane.sql import Expression, NotEvaluated, expression
from pipeline_exec.dataplane.sql.growth import Footprint
from pipeline_exec.dataplane.sql.language import FUNCTIONS
from pipeline_exec.dataplane.sql.tree import parse
from pipeline_exec_tests.dataplane.tables import batch


def values(text, **columns):
    """What an expression makes of each row."""
    table = batch(**columns)
    return Expression(text, table.schema.names).evaluate(table).to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("upper(a)", ["X", None, "É"], id="a function"),
        pytest.param("a || b", ["x1", None, "é3"], id="null and text is null"),
        pytest.param("concat(a, b)", ["x1", "2", "é3"], id="a function that skips nulls"),
        pytest.param("TRY_CAST(b AS INTEGER) + 1", [2, 3, 4], id="arithmetic"),
        pytest.param(
            "b::DECIMAL(9, 2) * 1.10", [Decimal("1.1000"), Decimal("2.2000"), Decimal("3.3000")], id="decimal"
        ),
        pytest.param("CASE WHEN a IS NULL THEN 'none' ELSE a END", ["x", "none", "é"], id="case"),
        pytest.param("CASE b WHEN '1' THEN 'one' WHEN '2' THEN 'two' END", ["one", "two", None], id="case by value"),
        pytest.param("b IN ('1', '3') AND NOT a = 'x'", [False, False, True], id="logic"),
        pytest.param("b BETWEEN '2' AND '3'", [False, True, True], id="between"),
        pytest.param("a LIKE 'x%'", [True, None, False], id="like"),
        pytest.param("regexp_replace(a, '[a-z]', '<\\0>')", ["<x>", None, "é"], id="a regular expression"),
        pytest.param(
            "DATE '2024-02-28' + CAST(b AS INTEGER)",
            [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)],
            id="dates",
        ),
        pytest.param("strftime(DATE '2024-12-31', '%d.%m.%y')", ["31.12.24"] * 3, id="a constant"),
        pytest.param("string_split('p-q', '-')[2]", ["q"] * 3, id="an element of a list"),
        pytest.param("""'{"1": "one"}' ->> b""", ["one", None, None], id="a path into JSON from a column"),
        pytest.param("a /* so */ -- and so on", ["x", None, "é"], id="comments"),
        pytest.param("1", [1, 1, 1], id="no column at all"),
        pytest.param("NULL", [None, None, None], id="nothing"),
        pytest.param("TRY(CAST(a AS INTEGER))", [None, None, None], id="try"),
        pytest.param("lpad(b, 3, '0')", ["001", "002", "003"], id="padding"),
        pytest.param("a ->> '$.x'", None, id="JSON that is none"),
        pytest.param(
            "TIMESTAMP '2024-01-01 12:00' AT TIME ZONE 'Europe/Berlin' = TIMESTAMPTZ '2024-01-01 11:00Z'",
            [True] * 3,
            id="time zones",
        ),
    ],
)
def test_an_expression_has_a_value_for_each_row(text, expected):
    if expected is None:
        with pytest.raises(NotEvaluated, match="has no value: Malformed JSON"):
            values(text, a=["x"], b=["1"])
    else:
        assert values(text, a=["x", None, "é"], b=["1", "2", "3"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"First Name"', "space", id="a name in quotes"),
        pytest.param('"a.b"', "point", id="a name with a point"),
        pytest.param('"say ""x"""', "quotes", id="a name with quotes"),
        pytest.param("Ä", "umlaut", id="letters beyond ASCII"),
        pytest.param("ä || Name || ä", "umlautupperumlaut", id="bytes are not characters"),
        pytest.param("Name", "upper", id="a name that differs from another in case only"),
        pytest.param("name", "lower", id="the other"),
        pytest.param("AMOUNT", "amount", id="a name in another case"),
        pytest.param("source.amount", "amount", id="a name with the table before it"),
        pytest.param('"column_0_"', "ours", id="a name such as we use"),
        pytest.param("CASE name WHEN 'lower' THEN Name ELSE amount END", "upper", id="a name read twice"),
    ],
)
def test_columns_are_called_by_their_names_as_they_are(text, expected):
    names = ["First Name", "a.b", 'say "x"', "ä", "Name", "name", "amount", "column_0_", "amount"]
    cells = ["space", "point", "quotes", "umlaut", "upper", "lower", "amount", "ours", "second"]
    table = pa.RecordBatch.from_arrays([pa.array([cell]) for cell in cells], names=names)
    assert Expression(text, names).evaluate(table).to_pylist() == [expected]


def test_a_column_beside_the_source_hides_one_of_the_source():
    expression = Expression('value || source."value"', ["value"], beside=["value"])
    assert expression.evaluate(
        pa.RecordBatch.from_arrays([pa.array(["s"]), pa.array(["b"])], names=["x", "y"])
    ).to_pylist() == ["bs"]


PLAIN = duckdb.connect()
CELLS = st.one_of(st.none(), st.text("aB é'\"1.5-,%_\n", max_size=6))
TEXTS = st.recursive(
    st.sampled_from(["a", "b", "'x'", "NULL"]),
    lambda texts: st.one_of(
        st.builds("{}({})".format, st.sampled_from(["upper", "lower", "trim", "reverse", "md5", "hex"]), texts),
        st.builds("({} || {})".format, texts, texts),
        st.builds("replace({}, 'a', {})".format, texts, texts),
        st.builds("substring({}, {})".format, texts, st.integers(-3, 3)),
        st.builds("coalesce({}, {})".format, texts, texts),
        st.builds("CASE WHEN {} < {} THEN {} ELSE {} END".format, texts, texts, texts, texts),
        st.builds("CAST(TRY_CAST({} AS DECIMAL(12, 3)) AS VARCHAR)".format, texts),
        st.builds("CAST(length({}) + 1 AS VARCHAR)".format, texts),
        st.builds("lpad({}, {}, '*')".format, texts, st.integers(0, 5)),
        st.builds("regexp_replace({}, '[a-z]', '<\\0>', 'g')".format, texts),
    ),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), TEXTS)
def test_an_expression_means_what_it_means_to_plain_duckdb(rows, text):
    table = pa.table(
        {"a": pa.array([a for a, _ in rows], pa.string()), "b": pa.array([b for _, b in rows], pa.string())}
    )
    with PLAIN.cursor() as plain:
        plain.register("source", table)
        expected = plain.sql(f"SELECT ({text}) AS result FROM source").fetchall()
    evaluated = Expression(text, ["a", "b"]).evaluate(
        table.combine_chunks().to_batches()[0] if rows else batch(a=[], b=[])
    )
    assert [(value,) for value in evaluated.to_pylist()] == expected


def test_a_batch_without_rows_has_no_values():
    assert values("a || 'x'", a=[]) == []


def test_a_slice_of_a_batch_is_evaluated():
    table = batch(a=["1", "2", "3", "4"]).slice(1, 2)
    assert Expression("a || '.'", ["a"]).evaluate(table).to_pylist() == ["2.", "3."]


def test_the_type_of_the_values_is_known_before_the_first_row():
    assert Expression("a > 'x'", ["a"]).type == pa.bool_()
    assert Expression("a", ["a"]).type == pa.string()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(text, message, id=text[:60])
        for text, message in [
            ("", "must not be empty"),
            ("   ", "must not be empty"),
            ("a b c", "is not an expression that SQL can read: syntax error"),
            ("a; DROP TABLE source", "is not an expression that SQL can read"),
            ("a) AS result FROM source; SELECT (a", "must be one expression, without a semicolon"),
            ("a) AS result FROM source UNION SELECT (a", "must be one expression: a value for each row"),
            ("a) AS result, (a", "must be one expression: a value for each row"),
            ("a) AS result FROM source WHERE (true", "is not an expression that SQL can read"),
            ("a) AS result FROM source LIMIT (1", "must be one expression|is not an expression"),
            ("a) AS result FROM read_text('/etc/passwd') --", "is not an expression that SQL can read"),
            ("a /*", "is not an expression that SQL can read"),
            ("(SELECT 1)", "must not have a subquery"),
            ("(SELECT content FROM read_text('/etc/passwd'))", "must not have a subquery"),
            ("EXISTS (SELECT 1)", "must not have a subquery"),
            ("a = ANY (['x'])", "must not have a subquery"),
            ("(FROM '/etc/passwd')", "must not have a subquery"),
            ("COLUMNS('a')", "must not have *"),
            ("*", "must not have *|is not an expression"),
            ("#1", "must not have a column by its number"),
            ("$1", "must be one expression"),
            ("?", "must be one expression"),
            ("max(a)", "must not call max(), which looks at several rows"),
            ("count(*)", "looks at several rows"),
            ("sum(1) OVER ()", "must not have a window function"),
            ("row_number() OVER ()", "must not have a window function"),
            ("unnest(['x'])", "must not call unnest()|must not call list_value()"),
            ("list_transform(string_split(a, ','), x -> x)", "must not call list_transform()"),
            ("[x FOR x IN [1]]", "must not call|must not have a lambda"),
            ("a -> '$.x'", "must not have a lambda or the operator ->"),
            ("a COLLATE nocase", "must not have COLLATE"),
            ("now()", "must not call now(), which is not among the functions allowed"),
            ("current_date", "names 'current_date', which is no column"),
            ("random()", "must not call random()"),
            ("uuid()", "must not call uuid()"),
            ("gen_random_uuid()", "must not call"),
            ("age(DATE '2020-01-01')", "must not call age()"),
            ("getenv('HOME')", "must not call getenv()"),
            ("current_setting('memory_limit')", "must not call current_setting()"),
            ("getvariable('x')", "must not call getvariable()"),
            ("current_user", "names 'current_user', which is no column"),
            ("version()", "must not call version()"),
            ("sleep_ms(1000)", "must not call sleep_ms()"),
            ("pg_sleep(1)", "must not call pg_sleep()"),
            ("write_log(a)", "must not call write_log()"),
            ("nextval('x')", "must not call nextval()"),
            ("read_text('/etc/passwd')", "must not call read_text()"),
            ("read_blob('/etc/passwd')", "must not call read_blob()"),
            ("json_serialize_sql('SELECT 1')", "must not call json_serialize_sql()"),
            ("query('SELECT 1')", "must not call query()"),
            ("invoke(a)", "must not call invoke()"),
            ("error('x')", "must not call error()"),
            ("levenshtein(a, a)", "must not call levenshtein()"),
            ("format('{:1000000000}', a)", "must not call format()"),
            ("range(1000000000)", "must not call range()"),
            ("uper(a)", "did you mean upper?"),
            ("main.upper(a)", "must call upper as upper(…)"),
            ("system.main.upper(a)", "must call upper as upper(…)"),
            ("a.upper()", "must call upper as upper(…)"),
            ("upper(DISTINCT a)", "must call upper as upper(…)"),
            ("upper(x := a)", "must call upper as upper(…)"),
            ("upper(a) FILTER (WHERE true)", "must call upper as upper(…)"),
            ("a::JSON", "must not convert to JSON"),
            ("a::STRUCT(x INTEGER)", "must not convert to STRUCT"),
            ("a::INTEGER[]", "must not convert to LIST"),
            ("CAST(a ->> '$..*' AS VARCHAR)", "without *: it names one value"),
            ("json_extract_string(a, '$[*]')[1]", "without *: it names one value"),
            ("json_extract_string(a, chr(36) || '..' || chr(42))[1]", "must be a column, or written out"),
            ("a LIKE a", "behind LIKE, must be a text written out"),
            ("a LIKE '%_a%_a%'", "may have _ or several %, not both"),
            ("regexp_matches(a, a)", "the pattern of a regular expression"),
            ("regexp_matches(a, '(')", "missing )"),
            ("regexp_matches(a, '(a{1,500}){1,2}b')", "has a regular expression that is too large"),
            ("upper(a, a)", "No function matches"),
            ("replace(a)", "No function matches"),
            ("regexp_replace(a, 'x')", "No function matches"),
            ("concat_ws()", "No function matches|concat_ws"),
            ("lpad(a)", "must be a number written out"),
            ("missing", "names 'missing', which is no column; there are 'a'"),
            ("A1", "did you mean 'a'?|which is no column"),
            ("other.a", "names other.a, which is no column"),
            ("repeat('x', 1000000000)", "would make more than 256 MB of text of a row"),
            ("lpad(a, 1000000000, 'x')", "would make more than 256 MB of text of a row"),
            ("repeat(repeat(repeat(a, 1000), 1000), 1000)", "would make more than 256 MB of text of a row"),
            ("repeat(a, length(a))", "must be a number written out"),
            ("replace(" * 6 + "a" + ", 'x', repeat('x', 1000))" * 6, "would make more than 256 MB of text of a row"),
            ("hex(" * 300 + "a" + ")" * 300, "nested too deeply|would make more than 256 MB"),
            ("(" * 3000 + "a" + ")" * 3000, "nested too deeply|is not an expression"),
            ("-".join("a" * 3000), "nested too deeply|is not an expression"),
            ("'" + "x" * 20_000 + "'", "must not have more than 10,000 characters"),
        ]
    ],
)
def test_what_is_no_harmless_scalar_expression_is_refused(text, message):
    with pytest.raises(ValueError, match="|".join(map(re.escape, message.split("|")))):
        Expression(text, ["a"])


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '/tmp/stolen'",
        "ATTACH '/tmp/x.db' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET memory_limit = '100GB'",
        "RESET lock_configuration",
        "CREATE TABLE t (x INTEGER)",
        "CALL pragma_version()",
        "EXPORT DATABASE '/tmp/x'",
    ],
)
def test_a_statement_is_no_expression(statement):
    for text in (statement, f"1) AS result FROM source; {statement}; SELECT (1"):
        with pytest.raises(ValueError, match="not an expression that SQL can read"):
            Expression(text, [])


def test_the_engine_itself_reaches_nothing_should_a_check_ever_be_missing(tmp_path):
    from pipeline_exec.dataplane.sql.engine import cursor

    secret = tmp_path / "secret.csv"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server, cursor() as connection:
        port = server.getsockname()[1]
        for statement in (
            f"SELECT * FROM read_text('{secret}')",
            f"SELECT * FROM '{secret}'",
            f"COPY (SELECT 1) TO '{tmp_path / 'stolen'}'",
            f"ATTACH '{tmp_path / 'x.db'}' AS x",
            "INSTALL httpfs",
            "LOAD httpfs",
            f"SELECT * FROM read_csv('http://127.0.0.1:{port}/x.csv')",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "SET memory_limit = '100GB'",
            "SET threads = 8",
            "SELECT getenv('HOME')",
            "SELECT * FROM secret",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement).fetchall()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.csv"]


def test_every_function_allowed_is_one_of_duckdb():
    with duckdb.connect() as plain:
        known = {name for (name,) in plain.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()}
        volatile = {
            name
            for (name,) in plain.execute(
                "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability <> 'CONSISTENT'"
            ).fetchall()
        }
    assert set(FUNCTIONS) - known == set()
    assert set(FUNCTIONS) & volatile == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            'CAST("My column" AS INTEGER)',
            "has no value: Could not convert string 'x' to INT32 when casting from source column \"My column\"; "
            "write TRY_CAST(… AS …) or TRY(…), which answer NULL there",
            id="a cell that is no number",
        ),
        pytest.param("strptime(\"My column\", '%Y')", 'Could not parse string "x" according to format', id="a date"),
        pytest.param("CAST('300' AS TINYINT)", "write TRY_CAST", id="out of range"),
    ],
)
def test_a_row_without_a_value_says_what_the_author_can_do(text, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Expression(text, ["My column"]).evaluate(batch(**{"My column": ["x"]}))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1 % length(a)", id="a division by zero"),
        pytest.param("NOT " * 2000 + "a", id="a deep expression"),
    ],
)
def test_nobody_is_told_to_change_settings(text):
    with pytest.raises(ValueError, match=r"Division by zero|depth limit") as refusal:
        values(text, a=[""])
    assert "SET " not in str(refusal.value)


def test_what_takes_too_long_is_ended_and_the_next_evaluation_works():
    slow = Expression("sha256(" * 30 + "a" + ")" * 30, ["a"])
    rows = pa.RecordBatch.from_arrays([pa.array(map(str, range(300_000)))], names=["a"])
    with pytest.raises(NotEvaluated, match="takes too long"):
        slow.evaluate(rows, patience=0.05)
    assert slow.evaluate(rows.slice(0, 1)).null_count == 0


def test_what_would_make_too_much_of_a_batch_is_refused_and_the_next_evaluation_works(monkeypatch):
    greedy = Expression("repeat(a, 100)", ["a"])
    monkeypatch.setattr(expression, "LARGEST", 100_000)
    with pytest.raises(NotEvaluated, match="would make more than 256 MB of text of a batch"):
        greedy.evaluate(batch(a=["x" * 900] * 3))
    with pytest.raises(NotEvaluated, match="may make more than 256 MB of text of one row"):
        greedy.evaluate(batch(a=["x" * 10_000]))
    assert values("a", a=["x"]) == ["x"]


@pytest.mark.parametrize(
    "expression",
    [
        "regexp_replace(a, 'x*y|x', '', 'g')",
        "regexp_extract_all(a, 'x*y|x')[1]",
        "regexp_split_to_array(a, 'x*y|x')[1]",
    ],
)
def test_a_long_text_is_not_searched_again_and_again(expression):
    assert values(expression, a=["x" * 100]) == [values(expression, a=["x"])[0]]
    with pytest.raises(NotEvaluated, match="search it for too long"):
        values(expression, a=["x" * 100_000])


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param(r"regexp_matches(a, '\p{L}{1,300}x')", id="regexp_matches"),
        pytest.param(r"regexp_extract(a, '\p{L}{1,300}x')", id="regexp_extract"),
        pytest.param(r"a SIMILAR TO '\p{L}{1,300}x'", id="SIMILAR TO"),
        pytest.param(f"a LIKE '%{'_' * 900}x'", id="LIKE"),
        pytest.param(f"a ILIKE '%{'_' * 900}x'", id="ILIKE"),
    ],
)
def test_a_text_too_long_for_a_pattern_is_not_searched(expression):
    assert values(expression, a=["x" * 10])
    with pytest.raises(NotEvaluated, match="search it for too long"):
        values(expression, a=["y" * 4_000_000])


def test_a_long_text_is_searched_by_an_ordinary_pattern():
    assert values("regexp_matches(a, '^[0-9]+,x') OR a LIKE '%x%'", a=["y" * 4_000_000 + "x"]) == [True]


def test_the_first_match_in_a_long_text_may_be_replaced():
    assert values("regexp_replace(a, 'x*y|x', 'z')", a=["x" * 100_000]) == ["z" + "x" * 99_999]


def test_expressions_are_evaluated_side_by_side():
    upper, lower = Expression("upper(a)", ["a"]), Expression("lower(a)", ["a"])
    table = batch(a=["aB"] * 1000)
    with ThreadPoolExecutor(4) as pool:
        evaluated = list(pool.map(lambda each: each.evaluate(table).to_pylist(), [upper, lower] * 10))
    assert evaluated == [["AB"] * 1000, ["ab"] * 1000] * 10


def test_what_is_out_of_patience_before_it_begins_is_not_begun():
    with pytest.raises(NotEvaluated, match="takes too long"):
        Expression("a", ["a"]).evaluate(batch(a=["x"]), patience=-1.0)


def test_a_batch_whose_texts_might_become_large_is_evaluated_in_parts():
    cells = ["ab" * 5000, *["ab"] * 50_000]
    assert values("replace(a, 'a', a)", a=cells[1:]) == ["abb"] * 50_000
    assert [len(value) for value in values("replace(a, 'x', a || a)", a=cells)] == [10_000, *[2] * 50_000]


ONE_ARGUMENT = [
    *("upper", "lower", "trim", "reverse", "hex", "url_encode", "nfc_normalize", "strip_accents"),
    *("regexp_escape", "md5", "sha256"),
]
GROWING = st.one_of(
    st.builds("{}(a)".format, st.sampled_from(ONE_ARGUMENT)),
    st.sampled_from(["to_base64(encode(a))", "encode(a)", "unhex(hex(a))", "from_base64(to_base64(encode(a)))"]),
    st.builds("replace(a, '{}', b)".format, st.sampled_from(["", "a", "ab"])),
    st.builds(
        "regexp_replace(a, '{}', '{}', 'g')".format,
        st.sampled_from(["", "(a)?", "(.)"]),
        st.sampled_from(["", "xy", "\\0-\\0"]),
    ),
    st.builds("{}(a, {}, '€')".format, st.sampled_from(["lpad", "rpad"]), st.integers(0, 40)),
    st.builds("repeat(a, {})".format, st.integers(0, 9)),
    st.sampled_from(
        ["concat_ws(b, a, a, a)", "a || b", "translate(a, 'ab', '€😀')", "overlay(a, b, 2)", "CAST(a > b AS VARCHAR)"]
    ),
    st.sampled_from(["strftime(DATE '2024-09-30', '%A%B%c' || '%A')", "CAST(string_split(a, '') AS VARCHAR)[1]"]),
)


@given(
    st.text("abc\u0131\u1e9e\u023a\u0250ŉ€😀\u0344\u0390 '\"\\\x01", max_size=12), st.text("a€", max_size=4), GROWING
)
def test_no_text_is_longer_than_was_told_before(a, b, text):
    told = Footprint(FUNCTIONS, {("a",): float(len(a.encode())), ("b",): float(len(b.encode()))})
    size = told.add(parse(text))
    (value,) = values(f"CAST({text} AS VARCHAR)", a=[a], b=[b])
    assert len((value or "").encode()) <= size
