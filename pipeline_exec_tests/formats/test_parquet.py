"""Parquet: what is particular to it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import ParsingFailure, SourceDataEmpty
from pipeline_exec.formats.columnar import footer, pages, reading
from pipeline_exec.formats.registry import FORMATS
from pipeline_exec.model.limits import DEFAULT_LIMITS, ReadLimits
from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import INHERITED, FormatConformance
from pipeline_exec_tests.formats.tables import cells_of, column, rows_of, text_columns

MOMENT = datetime(2024, 12, 31, 23, 59, 58, tzinfo=UTC)


class TestParquet(FormatConformance):
    name = "parquet"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "2024-12-31", "2024-12-31T23:59:58Z", "r")

    def test_columns_have_the_types_of_the_target(self, format, path):
        columns = [
            column("int", "int"),
            column("float", "float", number_format="1.234,56"),
            column("decimal", "decimal"),
            column("boolean", "boolean"),
            column("date", "date", output_format="DD.MM.YYYY"),
            column("time", "time"),
            column("timestamp", "timestamp"),
            column("text"),
        ]
        record = [42, 0.5, Decimal("1.5"), True, date(2024, 12, 31), time(23, 59), MOMENT, "x"]
        self.written(format, path, columns, [record])
        written = pq.read_table(path)
        assert written.schema.types == [
            pa.int64(),
            pa.float64(),
            pa.decimal128(38, 9),
            pa.bool_(),
            pa.date32(),
            pa.time64("us"),
            pa.timestamp("us", tz="UTC"),
            pa.string(),
        ]
        assert list(written.to_pylist()[0].values()) == record

    def test_a_column_that_may_hold_kept_text_is_text_whether_or_not_it_does(self, format, path):
        columns = [column("id", "int"), column("day", "date", output_format="DD.MM.YYYY")]
        self.written(format, path, columns, [[1, date(2024, 2, 1)]], kept={"id": [None], "day": [None]})
        written = pq.read_table(path)
        assert written.schema.types == [pa.string(), pa.string()]
        assert written.to_pylist() == [{"id": "1", "day": "01.02.2024"}]

    @pytest.mark.parametrize("compression", ["zstd", "snappy", "gzip", "none"])
    def test_the_compression_is_an_option(self, format, path, compression):
        self.written(format, path, text_columns("a"), [["x" * 1_000]], OutputOptions(parquet_compression=compression))
        used = pq.ParquetFile(path).metadata.row_group(0).column(0).compression
        assert used == {"none": "UNCOMPRESSED"}.get(compression, compression.upper())

    def test_small_batches_make_one_group_of_rows_and_large_ones_several(self, format, path):
        columns = text_columns("a")
        format.write(rows_of(columns, [["x"]] * 5_000, batch_rows=100), columns, path, OutputOptions())
        assert pq.ParquetFile(path).metadata.num_row_groups == 1
        format.write(rows_of(columns, [["x"]] * 200_000, batch_rows=200_000), columns, path, OutputOptions())
        assert pq.ParquetFile(path).metadata.num_row_groups == 2


def read(path, table, limits=DEFAULT_LIMITS, **written):
    pq.write_table(table, path, **written)
    parsed = FORMATS.named("parquet").read(path, ReadOptions(), limits)
    return parsed.rows.schema.names, cells_of(parsed.rows)


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        pytest.param([1, -(2**63)], pa.int64(), ["1", "-9223372036854775808"], id="int64"),
        pytest.param([2**64 - 1], pa.uint64(), ["18446744073709551615"], id="uint64"),
        pytest.param([0.1, 1.0, 1e300], pa.float64(), ["0.1", "1", "1e+300"], id="float64"),
        pytest.param([0.1], pa.float32(), ["0.1"], id="float32"),
        pytest.param([1.5], pa.float16(), ["1.5"], id="float16"),
        pytest.param([Decimal("1.10"), Decimal("0.00")], pa.decimal128(9, 2), ["1.10", "0.00"], id="decimal"),
        pytest.param([Decimal("1E-9")], pa.decimal128(38, 9), ["0.000000001"], id="tiny decimal"),
        pytest.param([Decimal(10**50)], pa.decimal256(60, 0), [str(10**50)], id="large decimal"),
        pytest.param([True, False], pa.bool_(), ["true", "false"], id="boolean"),
        pytest.param(["x", ""], pa.large_string(), ["x", None], id="text"),
        pytest.param(["x", "y", "x"], pa.dictionary(pa.int8(), pa.string()), ["x", "y", "x"], id="dictionary"),
        pytest.param([b"\x00\xff"], pa.binary(), ["AP8="], id="bytes"),
        pytest.param([b"ab"], pa.binary(2), ["YWI="], id="bytes of one size"),
        pytest.param([UUID(int=7).bytes], pa.uuid(), [str(UUID(int=7))], id="UUID"),
        pytest.param([date(2024, 2, 29)], pa.date32(), ["2024-02-29"], id="date"),
        pytest.param([time(1, 2, 3), time(1, 2, 3, 450000)], pa.time64("us"), ["01:02:03", "01:02:03.45"], id="time"),
        pytest.param([MOMENT], pa.timestamp("ms", "UTC"), ["2024-12-31T23:59:58Z"], id="instant"),
        pytest.param([MOMENT], pa.timestamp("ns", "Europe/Berlin"), ["2024-12-31T23:59:58Z"], id="instant elsewhere"),
        pytest.param(
            [datetime.fromisoformat("2024-01-02T03:04:05.0006"), datetime.fromisoformat("2024-01-02")],
            pa.timestamp("us"),
            ["2024-01-02T03:04:05.0006", "2024-01-02T00:00:00"],
            id="local time",
        ),
        pytest.param([timedelta(seconds=90, milliseconds=5)], pa.duration("ms"), ["90.005"], id="duration in seconds"),
        pytest.param([None, None], pa.null(), [None, None], id="nothing"),
        pytest.param([[1, None], [], None], pa.list_(pa.int32()), ["[1,null]", "[]", None], id="list of numbers"),
        pytest.param(
            [['a "b"', "c"], None, ["d"]], pa.list_(pa.string()), [r'["a \"b\"","c"]', None, '["d"]'], id="list of text"
        ),
        pytest.param(
            [[[1.5, float("nan")], []]], pa.list_(pa.list_(pa.float64())), ['[[1.5,"nan"],[]]'], id="list of lists"
        ),
        pytest.param(
            [[{"a": 1, "b": date(2024, 1, 2)}, {"a": None, "b": None}, None]],
            pa.list_(pa.struct([("a", pa.int8()), ("b", pa.date32())])),
            ['[{"a":1,"b":"2024-01-02"},{"a":null,"b":null},null]'],
            id="list of structs",
        ),
        pytest.param(
            [[("k", 1), ("l", None)], None, []],
            pa.map_(pa.string(), pa.int32()),
            ['{"k":1,"l":null}', None, "{}"],
            id="map",
        ),
    ],
)
def test_values_are_text(tmp_path, values, kind, expected):
    storage = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    array = pa.array(values, storage)
    array = pa.ExtensionArray.from_storage(kind, array) if storage is not kind else array
    cells = [[each] for each in expected]
    assert read(tmp_path / "a", pa.table({"c": array})) == (["c"], cells)


def test_structs_are_columns_with_dotted_names(tmp_path):
    kind = pa.struct([("city", pa.string()), ("geo", pa.struct([("lat", pa.float64())]))])
    records = [{"city": "Ulm", "geo": {"lat": 48.4}}, None, {"city": "X", "geo": None}]
    table = pa.table({"id": [1, 2, 3], "address": pa.array(records, kind)})
    assert read(tmp_path / "a", table) == (
        ["id", "address.city", "address.geo.lat"],
        [["1", "Ulm", "48.4"], ["2", None, None], ["3", "X", None]],
    )


@INHERITED
@given(
    values=st.lists(
        st.none() | st.datetimes(timezones=st.just(UTC)),
        min_size=1,
    )
)
def test_any_instant_is_the_same_for_the_column_type_that_reads_it(tmp_path, values):
    from pipeline_exec.dataplane.column_types.timestamp import TimestampType

    _, cells = read(tmp_path / "a", pa.table({"c": pa.array(values, pa.timestamp("us", "UTC"))}))
    text = pa.array([cell for (cell,) in cells], pa.string())
    assert TimestampType(column("c", "timestamp")).read(text).to_pylist() == values


def test_texts_that_many_rows_share_are_written_out_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_MOST_TEXT", 100_000)
    path = tmp_path / "a"
    pq.write_table(pa.table({"c": ["x" * 1_000] * 5_000}), path)
    assert path.stat().st_size < 5_000
    sizes = [batch.num_rows for batch in FORMATS.named("parquet").read(path, ReadOptions()).rows]
    assert sum(sizes) == 5_000
    assert max(sizes) <= 100


def test_a_file_with_large_rows_is_read_few_at_a_time(tmp_path):
    path = tmp_path / "a"
    texts = [f"{number}" * 200_000 for number in range(100, 200)]
    pq.write_table(pa.table({"c": texts}), path, use_dictionary=False)
    sizes = [batch.num_rows for batch in FORMATS.named("parquet").read(path, ReadOptions()).rows]
    assert sum(sizes) == 100
    assert max(sizes) < 40


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        pytest.param({"max_rows": 999}, "has 1,000 rows; at most 999 are read", id="rows"),
        pytest.param({"max_columns": 1}, "has 2 columns; at most 1 are read", id="columns"),
        pytest.param({"max_unpacked_size": 1_000}, "unpacks to", id="size"),
    ],
)
def test_what_a_file_says_of_itself_is_held_against_the_limits_before_it_is_read(tmp_path, limits, says):
    table = pa.table({"a": list(range(1_000)), "b": list(range(1_000))})
    with pytest.raises(ParsingFailure, match=says) as failed:
        read(tmp_path / "a", table, ReadLimits(**limits))
    assert "PIPELINE_EXEC_MAX" in failed.value.remedy


def test_a_file_that_unpacks_to_far_more_than_it_is_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(footer, "UNSUSPICIOUS_BYTES", 1_000_000)
    table = pa.table({"a": [" " * 1_000] * 2_000})
    with pytest.raises(ParsingFailure, match="more than 200 times its size"):
        read(tmp_path / "a", table, use_dictionary=False, compression="zstd")


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("_MOST_VALUES", "a page that claims 2,000 values"),
        ("_LARGEST_PAGE", "a page of"),
        ("_LARGEST_FOOTER", "a footer of"),
    ],
)
def test_what_pages_claim_is_held_against_what_may_be_before_room_is_made_for_it(tmp_path, monkeypatch, limit, says):
    monkeypatch.setattr(pages, limit, 5)
    with pytest.raises(ParsingFailure, match=f"The Parquet file has {says}"):
        read(tmp_path / "a", pa.table({"a": [[None] * 2_000]}))


def test_a_page_whose_header_is_damaged_is_refused(tmp_path):
    path = tmp_path / "a"
    pq.write_table(pa.table({"a": list(range(1_000))}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + b"\xff" * 8 + whole[12:])
    with pytest.raises(ParsingFailure, match="a page whose header is damaged"):
        FORMATS.named("parquet").read(path, ReadOptions())


@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("compression", ["snappy", "gzip", "brotli", "lz4", "zstd", "none"])
def test_every_page_of_a_whole_file_is_as_it_may_be(tmp_path, monkeypatch, compression, version):
    seen = []
    check = pages._check_page
    monkeypatch.setattr(pages, "_check_page", lambda header: seen.append(header) or check(header))
    table = pa.table({"i": list(range(3_000)), "l": [["a", None], None] * 1_500, "s": [{"x": True}] * 3_000})
    pq.write_table(table, tmp_path / "a", compression=compression, data_page_version=version, row_group_size=1_000)
    pages.check_pages(tmp_path / "a")
    values = [header[kind][1] for header in seen for kind in (5, 8) if kind in header]
    assert sum(values) == 3_000 + 4_500 + 3_000


def test_structs_without_end_are_refused(tmp_path):
    kind = pa.int8()
    for _ in range(20):
        kind = pa.struct([("a", kind)])
    with pytest.raises(ParsingFailure, match="damaged, or uses what is not read"):
        read(tmp_path / "a", pa.table({"a": pa.nulls(1, kind)}), ReadLimits(max_nesting=10))


@pytest.mark.parametrize("cut", [4, 100, 400])
def test_a_cut_off_file_is_a_parsing_failure(tmp_path, cut):
    path = tmp_path / "a"
    pq.write_table(pa.table({"a": list(range(1_000))}), path)
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(ParsingFailure, match="The Parquet file is damaged") as failed:
        FORMATS.named("parquet").read(path, ReadOptions())
    assert str(tmp_path) not in failed.value.message


def test_an_encrypted_file_is_said_to_be_encrypted(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"PARE\x15" + bytes(100) + (50).to_bytes(4, "little") + b"PARE")
    found = FORMATS.recognise(path, "a.csv", ReadOptions())
    with pytest.raises(ParsingFailure, match="The Parquet file is encrypted"):
        found.read(path, ReadOptions())


def test_a_file_without_columns_is_no_data(tmp_path):
    with pytest.raises(SourceDataEmpty):
        read(tmp_path / "a", pa.table({}))
