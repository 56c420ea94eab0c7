"""The law of stage keys: what decides a stage's outcome decides its key, and nothing else does."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_exec.model.execution import CellEdit, Stage
from pipeline_exec.model.identity import ConfigurationId, PipelineId
from pipeline_exec.model.pipeline import PipelineConfiguration, StoredConfiguration
from pipeline_exec.model.target_model import TargetModelDocument
from pipeline_exec.services.plans import digest, stage_keys
from pipeline_exec_tests.builders import an_audit

names = st.text("abc", min_size=1, max_size=3)
read_options = st.fixed_dictionaries(
    {},
    optional={
        "format": st.sampled_from(["auto", "csv", "json"]),
        "header_row": st.sampled_from(["auto", "none", 1, 2]),
        "delimiter": st.sampled_from([",", ";"]),
        "record_path": names,
    },
)
mappings = st.lists(
    st.fixed_dictionaries(
        {"target_column": names, "source_columns": st.lists(names, max_size=2)},
        optional={"transformations": st.just([{"type": "TRIM"}])},
    ),
    max_size=2,
    unique_by=lambda mapping: mapping["target_column"],
)
error_configs = st.fixed_dictionaries(
    {}, optional={"error_threshold": st.sampled_from([0, 2.5, 100]), "on_error": st.sampled_from(["EMPTY", "KEEP"])}
)
output_options = st.fixed_dictionaries({}, optional={"file_extension": st.sampled_from(["csv", "xlsx"])})
columns = st.lists(st.fixed_dictionaries({"key": names}, optional={"required": st.booleans()}), min_size=1, max_size=3,
                   unique_by=lambda column: column["key"])  # fmt: skip
edits = st.lists(st.builds(CellEdit, row=st.integers(1, 3), column=names, value=st.none() | names), max_size=3)

#: What can be changed, and the first stage whose outcome it decides.
PARTS = {
    "read_options": (read_options, Stage.READ),
    "mappings": (mappings, Stage.MAP),
    "columns": (columns, Stage.MAP),
    "error_config": (error_configs, Stage.VALIDATE),
    "edits": (edits, Stage.VALIDATE),
    "output_options": (output_options, Stage.WRITE),
    "output_connectors": (st.lists(names, min_size=1, max_size=2), Stage.WRITE),
    "developer_mode": (st.booleans(), Stage.WRITE),
}
IRRELEVANT = {
    "schedule_config": st.sampled_from([None, {"cron": "0 6 * * *"}, {"frequency": "DAILY"}]),
    "input_connectors": st.lists(names, min_size=1, max_size=1),
    "tdm": names,
    "model_name": names,
}
wholes = st.fixed_dictionaries({**{name: part for name, (part, _) in PARTS.items()}, **IRRELEVANT})


def keys(whole, number=1):
    """The keys of a configuration; its ids and its audit are others each time."""
    document = PipelineConfiguration.parse(
        {
            "input_connectors": whole["input_connectors"],
            "output_connectors": whole["output_connectors"],
            "tdm": whole["tdm"],
            "read_options": whole["read_options"],
            "mapping_config": {"mappings": whole["mappings"]},
            "error_config": whole["error_config"],
            "output_options": whole["output_options"],
            "schedule_config": whole["schedule_config"],
            "developer_mode": whole["developer_mode"],
        }
    )
    stored = StoredConfiguration(
        id=ConfigurationId(str(number)),
        pipeline_id=PipelineId(str(number)),
        document=document,
        target_model=TargetModelDocument.parse({"name": whole["model_name"], "columns": whole["columns"]}),
        audit=an_audit(),
    )
    return stage_keys(stored, whole["edits"]), document, stored.target_model


@given(whole=wholes)
def test_the_same_configuration_has_the_same_keys(whole):
    assert keys(whole, 1)[0] == keys(whole, 2)[0]


@given(whole=wholes)
def test_a_configuration_that_was_kept_and_read_again_has_the_same_keys(whole):
    before, document, model = keys(whole)
    again = json.loads(json.dumps({"document": document.to_json(), "model": model.to_json()}))
    stored = StoredConfiguration(
        id=ConfigurationId("2"),
        pipeline_id=PipelineId("2"),
        document=PipelineConfiguration.parse(again["document"]),
        target_model=TargetModelDocument.parse(again["model"]),
        audit=an_audit(),
    )

    assert stage_keys(stored, whole["edits"]) == before


@pytest.mark.parametrize("part", PARTS)
@settings(max_examples=20)
@given(data=st.data(), whole=wholes)
def test_a_change_changes_the_keys_from_its_stage_on(part, data, whole):
    values, first = PARTS[part]
    other = {**whole, part: data.draw(values)}
    (before, *was), (after, *is_now) = keys(whole), keys(other)
    is_changed = [*was, whole["edits"]] != [*is_now, other["edits"]]

    changed = {stage for stage in Stage if before[stage] != after[stage]}

    assert changed == (set(first.and_after) if is_changed else set())


@pytest.mark.parametrize("part", IRRELEVANT)
@settings(max_examples=10)
@given(data=st.data(), whole=wholes)
def test_what_decides_no_outcome_changes_no_key(part, data, whole):
    assert keys(whole)[0] == keys({**whole, part: data.draw(IRRELEVANT[part])})[0]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@given(one=st.lists(values, max_size=4), other=st.lists(values, max_size=4))
def test_digests_are_equal_for_equal_values_only(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)

    assert (digest(*one) == digest(*other)) == same


def test_digests_do_not_depend_on_the_order_of_attributes():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
