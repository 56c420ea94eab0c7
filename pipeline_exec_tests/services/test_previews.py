"""Previews: what would be read, mapped and found; nothing is written."""

import pytest

from pipeline_exec.errors import MappingFailure, ParsingFailure, SourceDataEmpty
from pipeline_exec.model.execution import Counts
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.query import Query
from pipeline_exec_tests.services.workshop import BAD_AGE

GERMAN = "Name;Alter\nAda;36\nGrace;85\nLinus;54\n"


@pytest.fixture
def look(workshop):
    def look(text, *arguments, name="people.csv", **more):
        path = workshop.drop(name, "", folder="elsewhere")
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return workshop.layer.previews.look(path, name, ReadOptions(), *arguments, **more)

    return look


def test_a_file_is_shown_as_it_would_be_read(look):
    preview = look(GERMAN)

    assert preview.rows.to_pylist() == [
        {"Name": "Ada", "Alter": "36"}, {"Name": "Grace", "Alter": "85"}, {"Name": "Linus", "Alter": "54"},
    ]  # fmt: skip
    assert (preview.dialect["format"], preview.dialect["delimiter"]) == ("csv", ";")
    assert (preview.sources, preview.findings, preview.counts) == ({}, None, None)


def test_no_more_rows_are_shown_than_wanted(look):
    assert look(GERMAN, rows=2).rows.num_rows == 2


def test_with_a_pipeline_it_is_shown_as_it_would_be_mapped_and_checked(workshop, look):
    pipeline = workshop.pipeline(mapping_config={"mappings": [{"source_columns": ["Alter"], "target_column": "age"}]})

    preview = look(GERMAN.replace("85", "old"), pipeline)

    assert preview.rows.to_pylist()[0] == {"name": "Ada", "age": "36"}
    assert preview.sources == {"name": ["Name"], "age": ["Alter"]}
    assert [(cell["row"], cell["column"], cell["value"]) for cell in preview.findings.to_pylist()] == [
        (2, "age", "old")
    ]
    assert preview.counts == Counts(total_rows=3, total_cells=6, total_error_cells=1, total_error_rows=1)


def test_rows_that_are_not_shown_are_not_counted(workshop, look):
    preview = look(BAD_AGE, workshop.pipeline(), rows=1)

    assert preview.counts == Counts(total_rows=1, total_cells=2, total_error_cells=0, total_error_rows=0)
    assert preview.findings.num_rows == 0


def test_no_rows_at_all_are_a_preview_too(workshop, look):
    preview = look(BAD_AGE, workshop.pipeline(), rows=0)

    assert (preview.rows.num_rows, preview.findings.num_rows, preview.counts.total_rows) == (0, 0, 0)
    assert preview.rows.column_names == ["name", "age"]


def test_a_preview_executes_and_keeps_nothing(workshop, look):
    look(BAD_AGE, workshop.pipeline())

    assert workshop.layer.executions.find(Query()).total == 0
    assert workshop.sent() == {}
    assert not (workshop.layer.settings.home / "staging").exists()


@pytest.mark.parametrize(
    ("content", "error"),
    [("", SourceDataEmpty), (bytes(range(256)) * 20, ParsingFailure)],
    ids=["an empty file", "bytes"],
)
def test_what_cannot_be_read_says_why(look, content, error):
    with pytest.raises(error):
        look(content)


def test_a_mapped_column_that_is_absent_is_named(workshop, look):
    pipeline = workshop.pipeline(
        mapping_config={"mappings": [{"source_columns": ["surname"], "target_column": "name"}]}
    )

    with pytest.raises(MappingFailure, match="surname"):
        look(GERMAN, pipeline)


def test_a_whole_file_is_parsed_as_it_is_consumed(workshop):
    path = workshop.drop("people.csv", GERMAN, folder="elsewhere")

    rows, dialect = workshop.layer.previews.parse(path, "people.csv", ReadOptions())

    assert sum(batch.num_rows for batch in rows) == 3
    assert dialect["delimiter"] == ";"


class TestSamples:
    """Files that are sent to be looked at."""

    def test_a_sample_is_shown_and_not_kept(self, workshop):
        pipeline = workshop.pipeline()

        preview = workshop.layer.samples.look(pipeline, "a.csv", lambda into: into.write(BAD_AGE.encode()), 10)

        assert preview.counts.total_error_cells == 1
        staging = workshop.layer.settings.home / "staging"
        assert not [path for path in staging.rglob("*") if path.is_file()]
