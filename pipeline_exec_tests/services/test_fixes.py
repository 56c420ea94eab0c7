"""FIX: an ended execution is run again, from the data received and from the first stage the repair touches."""

import threading

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument, NotFound
from pipeline_exec.model.execution import CellEdit, Counts, DeliveryStatus, LogType, Stage, Status
from pipeline_exec_tests.services.workshop import BAD_AGE, GRACE, model_document, pipeline_document

FOUR_CELLS = "name,age\nAda,36\nGrace,85\n"
GOOD_AGE = CellEdit(row=2, column="age", value="85")
ALL_GOOD = Counts(total_rows=2, total_cells=4, total_error_cells=0, total_error_rows=0)
ONE_BAD = Counts(total_rows=2, total_cells=4, total_error_cells=1, total_error_rows=1)
BY_NAME = {"mapping_config": {"mappings": [{"source_columns": ["name"], "target_column": "name"}]}}
BY_PLACE = {"mapping_config": {"mappings": [{"source_columns": ["column_1"], "target_column": "name"}]}}
BY_NAMES_FOR_AGES = {"mapping_config": {"mappings": [{"source_columns": ["name"], "target_column": "age"}]}}
BY_NOTHING = {"mapping_config": {"mappings": [{"source_columns": ["surname"], "target_column": "name"}]}}


@pytest.fixture
def pipeline(workshop):
    return workshop.pipeline()


@pytest.fixture
def failed(workshop, pipeline):
    """Exceeded its threshold; the source has forgotten the file since."""
    path = workshop.drop("people.csv", BAD_AGE)
    [execution] = workshop.execute(pipeline)
    assert execution.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    path.unlink()
    return execution


@pytest.fixture
def succeeded(workshop, pipeline):
    path = workshop.drop("people.csv", FOUR_CELLS)
    [execution] = workshop.execute(pipeline)
    assert execution.status is Status.SUCCESSFUL
    path.unlink()
    return execution


def first_stage(workshop, execution, **configuration):
    return workshop.layer.executions.fix(execution.id, workshop.caller, configuration=configuration).log.first_stage


class TestHowTheInputWasReadAndMapped:
    @pytest.mark.parametrize(
        "change",
        [
            pytest.param({"cells": [GOOD_AGE]}, id="a repaired cell"),
            pytest.param({"configuration": {"error_config": {"error_threshold": 25}}}, id="a threshold"),
        ],
    )
    def test_is_known_of_a_fix_that_begins_behind_it(self, workshop, failed, change):
        fixed = workshop.fix(failed, **change)

        assert fixed.log.first_stage in (Stage.VALIDATE, Stage.WRITE)
        assert fixed.log.dialect["format"] == "csv"
        assert fixed.log.mapping.total_columns == 2
        assert (fixed.log.dialect, fixed.log.mapping) == (failed.log.dialect, failed.log.mapping)

    def test_is_told_anew_by_a_fix_that_maps_anew(self, workshop, failed):
        fixed = workshop.fix(failed, configuration=BY_NAMES_FOR_AGES)

        assert fixed.log.first_stage is Stage.MAP
        assert fixed.log.dialect == failed.log.dialect
        assert [column.source_columns for column in fixed.log.mapping.columns] == [("name",), ("name",)]

    def test_is_not_told_before_it_is_done_anew(self, workshop, failed):
        fixed = workshop.layer.executions.fix(
            failed.id, workshop.caller, configuration={"read_options": {"header_row": None}}
        )

        assert (fixed.log.dialect, fixed.log.mapping) == (None, None)

    def test_is_that_of_the_attempt_whose_rows_are_taken_after_a_detour(self, workshop, failed):
        detour = workshop.fix(failed, configuration={"read_options": {"header_row": None}, **BY_PLACE})
        back = {"read_options": {"header_row": "auto"}, "mapping_config": {"mappings": []}}
        fixed = workshop.fix(failed, configuration={**back, "error_config": {"error_threshold": 25}})

        assert detour.log.dialect != failed.log.dialect
        assert detour.log.mapping != failed.log.mapping
        assert fixed.log.first_stage is Stage.VALIDATE
        assert (fixed.log.dialect, fixed.log.mapping) == (failed.log.dialect, failed.log.mapping)


class TestARepair:
    def test_a_repaired_cell_makes_the_execution_succeed(self, workshop, failed):
        fixed = workshop.fix(failed, cells=[GOOD_AGE])

        assert (fixed.status, fixed.failure, fixed.log.counts) == (Status.SUCCESSFUL, None, ALL_GOOD)
        assert workshop.sent() == {f"people_{failed.id}.csv": FOUR_CELLS}

    def test_a_higher_threshold_makes_the_execution_succeed(self, workshop, failed):
        fixed = workshop.fix(failed, configuration={"error_config": {"error_threshold": 25}})

        assert (fixed.status, fixed.log.counts) == (Status.SUCCESSFUL, ONE_BAD)
        assert workshop.sent() == {f"people_{failed.id}.csv": "name,age\nAda,36\nGrace,\n"}

    def test_it_is_a_new_log_of_the_same_execution(self, workshop, failed):
        grace = workshop.layer.principals.named("grace@example.com", workshop.caller.type)

        fixed = workshop.layer.executions.fix(failed.id, grace, cells=[GOOD_AGE])

        assert (fixed.id, fixed.status, fixed.failure) == (failed.id, Status.PROCESSING, None)
        assert workshop.look(failed).log.id == fixed.log.id
        first, second = workshop.logs(failed)
        assert (first.type, first.status, second.type, second.status) == (
            LogType.CREATE, Status.FAILED, LogType.FIX, Status.PROCESSING,
        )  # fmt: skip
        assert (second.number, second.configuration_id) == (2, first.configuration_id)
        assert (fixed.audit.created_by, fixed.audit.updated_by) == (workshop.caller, grace)

    def test_the_findings_are_those_of_the_repaired_table(self, workshop, failed):
        workshop.fix(failed, cells=[GOOD_AGE])

        assert workshop.layer.executions.findings(failed.id).total == 0

    def test_repaired_cells_add_up(self, workshop, pipeline):
        workshop.drop(text="name,age\nAda,old\nGrace,older\n")
        [execution] = workshop.execute(pipeline)

        still = workshop.fix(execution, cells=[CellEdit(row=1, column="age", value="36")])
        good = workshop.fix(still, cells=[GOOD_AGE])

        assert (still.log.counts, good.log.counts) == (ONE_BAD, ALL_GOOD)
        assert list(workshop.sent().values()) == [FOUR_CELLS]

    def test_the_last_repair_of_a_cell_counts(self, workshop, failed):
        wrong = workshop.fix(failed, cells=[CellEdit(row=2, column="age", value="older")])
        right = workshop.fix(failed, cells=[GOOD_AGE])

        assert (wrong.status, right.status) == (Status.FAILED, Status.SUCCESSFUL)
        assert right.log.edits == (GOOD_AGE,)

    def test_repairs_of_rows_that_are_others_now_are_forgotten(self, workshop, failed):
        repaired = workshop.fix(failed, cells=[CellEdit(row=2, column="age", value="older")])
        otherwise = workshop.fix(repaired, configuration={"read_options": {"header_row": None}, **BY_PLACE})

        assert (otherwise.log.counts.total_rows, otherwise.log.edits) == (3, ())

    def test_repairs_in_a_column_that_is_gone_are_forgotten(self, workshop, failed):
        workshop.fix(failed, cells=[CellEdit(row=2, column="age", value="older")])
        model = workshop.layer.pipelines.get(failed.pipeline_id).configuration.document.tdm
        workshop.layer.target_models.update(model, model_document(columns=[{"key": "name"}]), workshop.caller)

        fixed = workshop.fix(failed, configuration={"tdm": model})

        assert (fixed.status, fixed.log.edits) == (Status.SUCCESSFUL, ())

    def test_a_cell_may_be_emptied(self, workshop, failed):
        fixed = workshop.fix(failed, cells=[CellEdit(row=2, column="age", value=None)])

        assert (fixed.status, fixed.log.counts) == (Status.SUCCESSFUL, ALL_GOOD)

    def test_an_execution_without_input_asks_its_source_again(self, workshop):
        pipeline = workshop.pipeline(input=workshop.input(path=str(workshop.place / "late")))
        [failed] = workshop.execute(pipeline)
        workshop.drop("ada.csv", folder="late")

        fixed = workshop.fix(failed)

        assert (fixed.status, fixed.source.name) == (Status.SUCCESSFUL, "ada.csv")
        assert workshop.execute(pipeline) == []


class TestTheFirstStage:
    @pytest.mark.parametrize(
        ("configuration", "stage"),
        [
            pytest.param({"read_options": {"encoding": "utf-8"}}, Stage.READ, id="read options"),
            pytest.param(BY_NAME, Stage.MAP, id="the mapping"),
            pytest.param({"error_config": {"error_threshold": 50}}, Stage.VALIDATE, id="the threshold"),
            pytest.param({"error_config": {"on_error": "KEEP"}}, Stage.VALIDATE, id="what becomes of errors"),
            pytest.param({"output_options": {"file_extension": "jsonl"}}, Stage.WRITE, id="how it is written"),
            pytest.param({"developer_mode": True}, Stage.WRITE, id="the developer mode"),
            pytest.param({}, Stage.WRITE, id="nothing"),
            pytest.param(
                {"error_config": {"error_threshold": 50}, **BY_NAME}, Stage.MAP, id="the mapping and the threshold"
            ),
        ],
    )
    def test_a_fix_of_a_success_starts_where_the_change_matters(self, workshop, succeeded, configuration, stage):
        assert first_stage(workshop, succeeded, **configuration) is stage

    def test_what_failed_to_be_validated_is_validated_again(self, workshop, failed):
        assert first_stage(workshop, failed) is Stage.VALIDATE

    def test_a_repaired_cell_is_validated(self, workshop, succeeded):
        fixed = workshop.layer.executions.fix(succeeded.id, workshop.caller, cells=[GOOD_AGE])

        assert fixed.log.first_stage is Stage.VALIDATE

    def test_what_failed_to_be_read_is_read_again(self, workshop, pipeline):
        workshop.drop(text="")
        [execution] = workshop.execute(pipeline)

        assert first_stage(workshop, execution) is Stage.READ

    def test_a_way_back_has_the_counts_of_then(self, workshop, pipeline):
        """What was validated before the detour is there still; the counts of the detour are not its counts."""
        workshop.drop(text=BAD_AGE)
        [execution] = workshop.execute(pipeline)
        one_bad = workshop.fix(execution, configuration={"error_config": {"error_threshold": 100}})
        two_bad = workshop.fix(execution, configuration=BY_NAMES_FOR_AGES)

        back = workshop.fix(execution, configuration={"mapping_config": {"mappings": []}})

        assert [each.status for each in (one_bad, two_bad, back)] == [Status.SUCCESSFUL] * 3
        assert [each.log.counts.total_error_cells for each in (one_bad, two_bad, back)] == [1, 2, 1]

    def test_a_way_back_from_a_dead_end_succeeds(self, workshop, succeeded):
        dead_end = workshop.fix(succeeded, configuration=BY_NOTHING)
        back = workshop.fix(dead_end, configuration={"mapping_config": {"mappings": []}})

        assert dead_end.failure.type is ErrorType.MAPPING_FAILURE
        assert (back.status, back.log.counts) == (Status.SUCCESSFUL, ALL_GOOD)


class TestTheConfiguration:
    def test_it_is_used_for_this_execution_only(self, workshop, pipeline, failed):
        fixed = workshop.fix(failed, configuration={"error_config": {"error_threshold": 25}})

        assert workshop.layer.pipelines.get(pipeline.id) == pipeline
        assert fixed.log.configuration_id != pipeline.configuration.id
        assert len(workshop.layer.pipelines.configurations(pipeline.id)) == 2

    def test_it_is_kept_for_later_executions_when_asked(self, workshop, pipeline, failed):
        refreshes = workshop.engine.refreshes

        fixed = workshop.fix(failed, configuration={"error_config": {"error_threshold": 25}}, save=True)

        kept = workshop.layer.pipelines.get(pipeline.id).configuration
        assert (kept.id, kept.document.error_config.error_threshold) == (fixed.log.configuration_id, 25)
        assert workshop.engine.refreshes > refreshes
        workshop.drop("more.csv", BAD_AGE)
        assert [each.status for each in workshop.execute(pipeline)] == [Status.SUCCESSFUL]

    def test_keeping_it_undoes_no_other_change_of_the_pipeline(self, workshop, pipeline):
        texts = {"first.csv": BAD_AGE, "second.csv": BAD_AGE.replace("old", "unknown")}
        for name, text in texts.items():
            workshop.drop(name, text)
        first, second = workshop.execute(pipeline)
        tolerant = {"error_config": {"error_threshold": 25}}
        workshop.fix(first, configuration=tolerant, save=True)

        fixed = workshop.fix(second, configuration={"output_options": {"delimiter": ";"}}, save=True)

        kept = workshop.layer.pipelines.get(pipeline.id).configuration.document
        assert (kept.error_config.error_threshold, kept.output_options.delimiter) == (25, ";")
        assert fixed.failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
        assert workshop.fix(second, configuration=tolerant).status is Status.SUCCESSFUL

    def test_the_same_change_is_kept_once(self, workshop, pipeline):
        for name in ("first.csv", "second.csv"):
            workshop.drop(name, BAD_AGE)
        change = {"error_config": {"error_threshold": 25}}

        first, second = (
            workshop.fix(execution, configuration=change, save=True) for execution in workshop.execute(pipeline)
        )

        kept = workshop.layer.pipelines.get(pipeline.id).configuration
        assert first.log.configuration_id == second.log.configuration_id == kept.id

    def test_all_that_was_changed_in_several_fixes_is_kept_with_the_last(self, workshop, pipeline, failed):
        workshop.fix(failed, configuration={"output_options": {"delimiter": ";"}})
        workshop.fix(failed, configuration={"error_config": {"error_threshold": 25}}, save=True)

        kept = workshop.layer.pipelines.get(pipeline.id).configuration.document
        assert (kept.error_config.error_threshold, kept.output_options.delimiter) == (25, ";")

    def test_one_that_proved_good_can_be_kept_afterwards(self, workshop, pipeline, failed):
        change = {"error_config": {"error_threshold": 25}}
        fixed = workshop.fix(failed, configuration=change)

        workshop.fix(fixed, configuration=change, save=True)

        assert workshop.layer.pipelines.get(pipeline.id).configuration.id == fixed.log.configuration_id

    def test_the_same_configuration_stays_the_same(self, workshop, pipeline, failed):
        fixed = workshop.fix(failed, configuration={"error_config": {"error_threshold": 0}})

        assert fixed.log.configuration_id == pipeline.configuration.id
        assert len(workshop.layer.pipelines.configurations(pipeline.id)) == 1

    def test_a_part_is_laid_over_what_the_execution_used(self, workshop, pipeline, failed):
        changed = workshop.fix(failed, configuration={"error_config": {"on_error": "KEEP"}})
        fixed = workshop.fix(changed, configuration={"error_config": {"error_threshold": 25}})

        by_id = {each.id: each.document for each in workshop.layer.pipelines.configurations(pipeline.id)}
        config = by_id[fixed.log.configuration_id].error_config
        assert (config.on_error, config.error_threshold) == ("KEEP", 25)
        assert list(workshop.sent().values()) == [BAD_AGE]

    def test_it_may_name_the_target_data_model_as_it_is_now(self, workshop, failed):
        model = workshop.layer.pipelines.get(failed.pipeline_id).configuration.document.tdm
        texts = model_document(columns=[{"key": "name"}, {"key": "age"}])
        workshop.layer.target_models.update(model, texts, workshop.caller)

        same = workshop.fix(failed, cells=[])
        fixed = workshop.fix(failed, configuration={"tdm": model})

        assert (same.status, fixed.status) == (Status.FAILED, Status.SUCCESSFUL)
        assert list(workshop.sent().values()) == [BAD_AGE]

    @pytest.mark.parametrize(
        ("configuration", "field"),
        [
            ({"threshold": 3}, "configuration.threshold"),
            ({"error_config": {"error_threshold": 101}}, "configuration.error_config.error_threshold"),
            ({"tdm": "none"}, "configuration.tdm"),
            ({"output_connectors": ["none"]}, "configuration.output_connectors.0"),
        ],
        ids=["unknown attribute", "threshold above 100", "unknown model", "unknown connector"],
    )
    def test_one_that_is_not_valid_changes_nothing(self, workshop, failed, configuration, field):
        with pytest.raises(InvalidDocument) as caught:
            workshop.layer.executions.fix(failed.id, workshop.caller, configuration=configuration)

        assert [problem.field for problem in caught.value.problems] == [field]
        assert workshop.look(failed) == failed


class TestRefusals:
    @pytest.mark.parametrize(
        ("cell", "field"),
        [
            (CellEdit(row=1, column="surname", value="x"), "cells.0.column"),
            (CellEdit(row=0, column="age", value="x"), "cells.0.row"),
            (CellEdit(row=-1, column="age", value="x"), "cells.0.row"),
            (CellEdit(row=3, column="age", value="x"), "cells.0.row"),
        ],
        ids=["an unknown column", "row 0", "a negative row", "a row behind the last"],
    )
    def test_a_cell_that_is_not_in_the_table(self, workshop, failed, cell, field):
        with pytest.raises(InvalidDocument) as caught:
            workshop.layer.executions.fix(failed.id, workshop.caller, cells=[cell])

        assert [problem.field for problem in caught.value.problems] == [field]
        assert workshop.look(failed) == failed

    def test_a_row_behind_the_last_of_a_table_not_counted_before_ends_that_fix_alone(self, workshop, failed):
        otherwise = {"read_options": {"ragged_rows": "pad"}}

        blind = workshop.fix(failed, configuration=otherwise, cells=[CellEdit(row=99, column="age", value="1")])
        mended = workshop.fix(blind, configuration={"error_config": {"error_threshold": 25}})

        assert blind.failure.type is ErrorType.MAPPING_FAILURE
        assert "there is no row 99; the last is 2" in blind.failure.message
        assert (mended.status, mended.log.edits) == (Status.SUCCESSFUL, ())

    def test_an_execution_that_is_processing(self, workshop, pipeline):
        workshop.drop()
        [execution] = workshop.layer.executions.create(pipeline.id, workshop.caller)

        with pytest.raises(Conflict, match="is PROCESSING"):
            workshop.layer.executions.fix(execution.id, workshop.caller)

    def test_an_execution_that_is_none(self, workshop):
        with pytest.raises(NotFound):
            workshop.layer.executions.fix("none", workshop.caller)

    def test_an_execution_whose_pipeline_is_gone(self, workshop, pipeline, failed):
        workshop.layer.pipelines.delete(pipeline.id)

        with pytest.raises(NotFound):
            workshop.layer.executions.fix(failed.id, workshop.caller)

    def test_of_many_fixes_at_the_same_time_one_is_done(self, workshop, failed):
        together, answers = threading.Barrier(5), []

        def fix():
            together.wait()
            try:
                workshop.layer.executions.fix(failed.id, workshop.caller, cells=[GOOD_AGE])
                answers.append("fixed")
            except Conflict:
                answers.append("refused")

        threads = [threading.Thread(target=fix) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(answers) == ["fixed", *["refused"] * 4]
        assert len(workshop.logs(failed)) == 2


class TestDelivery:
    @pytest.fixture
    def pipeline(self, workshop):
        """To two folders, one of which is none yet."""
        self.in_the_way = workshop.drop("in-the-way", "", folder="place")
        outputs = [workshop.output("good"), workshop.output("bad", path=str(self.in_the_way / "bad"))]
        return workshop.pipeline(outputs=outputs)

    @pytest.fixture
    def failed(self, workshop, pipeline):
        workshop.drop("grace.csv", GRACE)
        [execution] = workshop.execute(pipeline)
        return execution

    def mend(self):
        self.in_the_way.unlink()

    def test_outputs_succeed_and_fail_on_their_own(self, workshop, failed):
        sent = workshop.layer.executions.deliveries([failed.id])[failed.id]

        assert failed.failure.type is ErrorType.WRITE_FILE_FAILURE
        assert {each.status for each in sent} == {DeliveryStatus.DELIVERED, DeliveryStatus.FAILED}
        assert list(workshop.sent("good").values()) == [GRACE]
        [bad] = [each for each in sent if each.status is DeliveryStatus.FAILED]
        assert bad.failure == failed.failure

    def test_a_fix_sends_again_only_what_failed(self, workshop, failed):
        [delivered] = workshop.folder("good").iterdir()
        delivered.unlink()
        self.mend()

        fixed = workshop.fix(failed)

        assert (fixed.status, fixed.log.first_stage) == (Status.SUCCESSFUL, Stage.WRITE)
        assert workshop.sent("good") == {}
        assert [path.read_text() for path in (self.in_the_way / "bad").iterdir()] == [GRACE]
        assert fixed.log.counts == failed.log.counts

    def test_the_same_content_is_never_delivered_twice(self, workshop, failed):
        self.mend()
        for _ in range(3):
            failed = workshop.fix(failed)

        assert (len(workshop.sent("good")), len(list((self.in_the_way / "bad").iterdir()))) == (1, 1)

    def test_another_content_is_another_delivery_to_each_output(self, workshop, failed):
        self.mend()
        workshop.fix(failed)
        workshop.fix(failed, cells=[CellEdit(row=1, column="age", value="86")])

        assert sorted(workshop.sent("good").values()) == [GRACE, GRACE.replace("85", "86")]

    def test_an_output_that_is_added_gets_its_file_and_the_others_no_second_one(self, workshop, failed):
        self.mend()
        workshop.fix(failed)
        outputs = list(workshop.layer.pipelines.get(failed.pipeline_id).configuration.document.output_connectors)

        workshop.fix(failed, configuration={"output_connectors": [*outputs, workshop.output("third").id]})

        assert [len(workshop.sent(name)) for name in ("good", "third")] == [1, 1]


def test_executions_and_fixes_keep_the_configuration_they_were_launched_with(workshop):
    inbox, outbox, model = workshop.input(), workshop.output(), workshop.model()
    pipeline = workshop.pipeline(input=inbox, outputs=[outbox], model=model)
    workshop.drop(text=BAD_AGE)
    [running] = workshop.layer.executions.create(pipeline.id, workshop.caller)
    tolerant = {"input": inbox, "outputs": [outbox], "model": model, "error_config": {"error_threshold": 100}}
    workshop.layer.pipelines.update(pipeline.id, pipeline_document("import", **tolerant), workshop.caller)

    workshop.engine.run_all()

    assert workshop.look(running).failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
    assert workshop.fix(running).failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
