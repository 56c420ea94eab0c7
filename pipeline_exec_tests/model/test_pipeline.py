import re

import pytest
from dagster._core.definitions.utils import DISALLOWED_NAMES
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.pipeline import PipelineConfiguration, ReadOptions, slug_of

#: Dagster's rule for the names of jobs.
NAME = re.compile(r"[A-Za-z0-9_]+")


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Orders", "orders"),
        ("Orders (EU) / 2024", "orders_eu_2024"),
        ("__orders__", "orders"),
        ("ÜBERWEISUNGEN", "berweisungen"),
        ("注文", "pipeline"),
        ("!", "pipeline"),
        ("Import", "import_pipeline"),
        ("output", "output_pipeline"),
        ("None", "none"),
    ],
)
def test_the_slug_of_a_name(name, slug):
    assert slug_of(name) == slug


@given(name=st.text(min_size=1, max_size=200))
def test_every_name_has_a_slug_that_dagster_takes(name):
    slug = slug_of(name)

    assert NAME.fullmatch(slug)
    assert slug not in DISALLOWED_NAMES
    assert slug_of(slug) == slug


def test_no_word_that_dagster_keeps_for_itself_is_a_slug():
    assert not {slug_of(word) for word in DISALLOWED_NAMES} & DISALLOWED_NAMES


@pytest.mark.parametrize(
    ("written", "header_row"),
    [("auto", "auto"), ("none", None), (None, None), (3, 3)],
    ids=["detected", "none in words", "none as null", "the third row"],
)
def test_the_header_row_may_be_said_in_words(written, header_row):
    assert ReadOptions.parse({"header_row": written}).header_row == header_row


def test_a_configuration_survives_being_written_and_read():
    configuration = PipelineConfiguration.parse(
        {
            "input_connectors": ["in"],
            "output_connectors": ["out", "archive"],
            "tdm": "model",
            "read_options": {"header_row": "none", "sheet": 2, "delimiter": ";"},
            "mapping_config": {
                "mode": "EXACT",
                "mappings": [
                    {
                        "source_columns": ["a"],
                        "target_column": "b",
                        "transformations": [{"type": "CASE", "to": "upper"}],
                    }
                ],
            },
            "error_config": {"error_threshold": 2.5, "on_error": "DROP_ROW"},
            "schedule_config": {"frequency": "WEEKLY", "starts_on": "2024-05-01T06:00:00", "timezone": "Europe/Berlin"},
            "output_options": {"file_name": "{pipeline}-{date}", "file_extension": "xlsx"},
            "developer_mode": True,
        }
    )

    assert PipelineConfiguration.parse(configuration.to_json()) == configuration


class TestReadOptionsOverOthers:
    """Those of a look, over those of a pipeline."""

    def test_what_is_set_counts_and_what_is_not_stays(self):
        below = ReadOptions.parse({"delimiter": ";", "header_row": 3, "encoding": "cp1252"})
        above = ReadOptions.parse({"header_row": "none", "encoding": None})
        assert above.over(below) == ReadOptions.parse({"delimiter": ";", "header_row": "none"})

    def test_together_they_must_make_sense(self):
        with pytest.raises(InvalidDocument, match="both quote and part of the delimiter"):
            ReadOptions.parse({"quote": "'"}).over(ReadOptions.parse({"delimiter": "','"}))
