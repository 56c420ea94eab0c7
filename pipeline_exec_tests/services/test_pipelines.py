"""Pipelines, target data models and connectors: made, changed and retired."""

import pytest

from pipeline_exec.errors import Conflict, ErrorType, InvalidDocument, NotFound
from pipeline_exec.model.execution import Status
from pipeline_exec.model.query import Query
from pipeline_exec_tests.services.workshop import (
    ADA,
    BAD_AGE,
    PEOPLE,
    connector_document,
    model_document,
    pipeline_document,
)

TEXTS = ({"key": "name"}, {"key": "age"})


@pytest.fixture
def parts(workshop):
    return {"input": workshop.input(), "outputs": [workshop.output()], "model": workshop.model()}


@pytest.fixture
def pipeline(workshop, parts):
    return workshop.pipeline("Orders", **parts)


@pytest.fixture
def update(workshop, parts, pipeline):
    def update(name="Orders", **more):
        workshop.clock.advance(1)
        document = pipeline_document(name, **{**parts, **more})
        return workshop.layer.pipelines.update(pipeline.id, document, workshop.caller)

    return update


def problems(caught):
    return {problem.field: problem.message for problem in caught.value.problems}


class TestPipelines:
    def test_a_new_pipeline_is_known_to_the_engine_at_once(self, workshop, parts):
        before = workshop.engine.refreshes

        pipeline = workshop.pipeline("Orders", **parts)

        assert workshop.layer.pipelines.get(pipeline.id) == pipeline
        assert (pipeline.slug, pipeline.active, workshop.engine.refreshes) == ("orders", True, before + 1)
        assert (pipeline.audit.created_by, pipeline.configuration.audit.created_by) == (workshop.caller,) * 2

    @pytest.mark.parametrize("change", [{"developer_mode": True}, {"error_config": {"error_threshold": 1}}])
    def test_a_changed_configuration_is_a_new_one(self, workshop, pipeline, update, change):
        changed = update(**change)

        assert changed.configuration.id != pipeline.configuration.id
        assert [each.id for each in workshop.layer.pipelines.configurations(pipeline.id)] == [
            changed.configuration.id, pipeline.configuration.id,
        ]  # fmt: skip

    @pytest.mark.parametrize("change", [{"name": "Renamed"}, {"active": False}, {}])
    def test_the_same_configuration_stays_the_same(self, pipeline, update, change):
        assert update(**change).configuration == pipeline.configuration

    def test_a_renamed_pipeline_keeps_its_job(self, workshop, pipeline, update):
        renamed = update(name="Renamed")

        assert (renamed.name, renamed.slug) == ("Renamed", "orders")
        assert workshop.layer.pipelines.get(pipeline.id) == renamed

    def test_every_change_reaches_the_engine(self, workshop, pipeline, update):
        before = workshop.engine.refreshes

        update(active=False)
        workshop.layer.pipelines.delete(pipeline.id)

        assert workshop.engine.refreshes == before + 2

    def test_names_that_look_alike_have_jobs_of_their_own(self, workshop, parts):
        names = ["Orders", "orders!", "ORDERS", "Orders 2", "注文", "请求"]

        slugs = [workshop.pipeline(name, **parts).slug for name in names]

        assert slugs == ["orders", "orders_2", "orders_3", "orders_2_2", "pipeline", "pipeline_2"]

    def test_a_name_is_taken_once(self, workshop, parts, pipeline):
        with pytest.raises(Conflict, match="Orders"):
            workshop.pipeline("Orders", **parts)

    def test_a_deleted_pipeline_frees_its_name_and_its_job(self, workshop, parts, pipeline):
        workshop.layer.pipelines.delete(pipeline.id)

        assert workshop.pipeline("Orders", **parts).slug == "orders"
        with pytest.raises(NotFound):
            workshop.layer.pipelines.get(pipeline.id)
        with pytest.raises(NotFound):
            workshop.layer.pipelines.configurations(pipeline.id)

    def test_a_pipeline_that_is_executed_cannot_be_deleted(self, workshop, pipeline):
        workshop.drop()
        [execution] = workshop.layer.executions.create(pipeline.id, workshop.caller)

        with pytest.raises(Conflict):
            workshop.layer.pipelines.delete(pipeline.id)

        workshop.engine.run_all()
        workshop.layer.pipelines.delete(pipeline.id)
        assert workshop.look(execution).status is Status.SUCCESSFUL

    def test_everything_that_refers_to_nothing_is_named(self, workshop, parts):
        with pytest.raises(InvalidDocument) as caught:
            workshop.layer.pipelines.create(
                pipeline_document(
                    "Orders",
                    input=parts["outputs"][0],
                    outputs=[parts["outputs"][0], parts["input"]],
                    model=parts["input"],
                ),
                workshop.caller,
            )

        assert problems(caught) == {
            "configuration.tdm": f"there is no target data model {parts['input'].id!r}",
            "configuration.input_connectors.0": "connector 'outbox' is an OUTPUT connector",
            "configuration.output_connectors.1": "connector 'inbox' is an INPUT connector",
        }

    def test_a_connector_that_is_none_is_named(self, workshop, parts):
        document = pipeline_document("Orders", **parts).to_json()
        document["configuration"]["input_connectors"] = ["none"]

        with pytest.raises(InvalidDocument) as caught:
            workshop.layer.pipelines.create(type(pipeline_document("x", **parts)).parse(document), workshop.caller)

        assert problems(caught) == {"configuration.input_connectors.0": "there is no connector 'none'"}

    def test_a_schedule_needs_an_input_that_is_asked(self, workshop, parts):
        with pytest.raises(InvalidDocument) as caught:
            workshop.pipeline("Orders", **parts, schedule_config={"cron": "0 6 * * *"})

        assert problems(caught) == {"configuration.schedule_config": "needs a TIME_BASE input connector"}

    def test_a_schedule_goes_with_an_input_that_is_asked(self, workshop, parts):
        asked = workshop.input("asked", trigger_type="TIME_BASE")

        pipeline = workshop.pipeline("Orders", **{**parts, "input": asked}, schedule_config={"cron": "0 6 * * *"})

        assert pipeline.configuration.document.schedule_config.cron == "0 6 * * *"

    @pytest.mark.parametrize(
        ("configuration", "field"),
        [
            ({"read_options": {"format": "docx"}}, "configuration.read_options.format"),
            ({"output_options": {"file_extension": "docx"}}, "configuration.output_options.file_extension"),
            ({"output_options": {"file_extension": ".XLS"}}, "configuration.output_options.file_extension"),
            (
                {"mapping_config": {"mappings": [{"source_columns": ["a"], "target_column": "surname"}]}},
                "configuration.mapping_config.mappings.0.target_column",
            ),
            (
                {"mapping_config": {"mappings": [{"target_column": "name", "transformations": [{"type": "SHOUT"}]}]}},
                "configuration.mapping_config.mappings.0.transformations.0.type",
            ),
        ],
        ids=[
            "an unknown format",
            "an unknown extension",
            "a format that is only read",
            "an unknown target column",
            "an unknown transformation",
        ],
    )
    def test_what_is_wrong_is_named_by_its_path(self, workshop, parts, configuration, field):
        with pytest.raises(InvalidDocument) as caught:
            workshop.pipeline("Orders", **parts, **configuration)

        assert list(problems(caught)) == [field]
        assert workshop.layer.pipelines.find(Query()).total == 0

    def test_a_change_that_is_not_valid_changes_nothing(self, workshop, pipeline, update):
        with pytest.raises(InvalidDocument):
            update(read_options={"format": "docx"})

        assert workshop.layer.pipelines.get(pipeline.id) == pipeline


class TestTargetModels:
    def change(self, workshop, model, columns=TEXTS, name="people"):
        return workshop.layer.target_models.update(model.id, model_document(name, columns), workshop.caller)

    def test_a_change_reconfigures_the_pipelines_that_use_it(self, workshop, parts, pipeline):
        stranger = workshop.pipeline("Other", **{**parts, "model": workshop.model("other")})

        self.change(workshop, parts["model"])

        changed = workshop.layer.pipelines.get(pipeline.id).configuration
        assert changed.id != pipeline.configuration.id
        assert changed.document == pipeline.configuration.document
        assert changed.target_model == model_document(columns=TEXTS)
        assert workshop.layer.pipelines.get(stranger.id) == stranger

    def test_a_change_reaches_the_engine(self, workshop, parts, pipeline):
        before = workshop.engine.refreshes

        self.change(workshop, parts["model"])

        assert workshop.engine.refreshes == before + 1

    def test_a_change_of_nothing_reconfigures_nothing(self, workshop, parts, pipeline):
        self.change(workshop, parts["model"], PEOPLE)

        assert workshop.layer.pipelines.get(pipeline.id) == pipeline

    def test_executions_already_launched_keep_the_model_they_were_launched_with(self, workshop, parts, pipeline):
        workshop.drop("before.csv", BAD_AGE)
        [running] = workshop.layer.executions.create(pipeline.id, workshop.caller)
        self.change(workshop, parts["model"])
        workshop.drop("after.csv", BAD_AGE)

        [later] = workshop.execute(pipeline)

        assert workshop.look(running).failure.type is ErrorType.ERROR_THRESHOLD_EXCEEDED
        assert later.status is Status.SUCCESSFUL

    @pytest.mark.parametrize(
        ("columns", "field"),
        [
            ([{"key": "a", "validations": [{"type": "SHOUT"}]}], "columns.0.validations.0.type"),
            ([{"key": "a"}, {"key": "b", "column_type": "date", "output_format": "%Q"}], "columns.1.output_format"),
        ],
        ids=["an unknown validation", "a format that is none"],
    )
    def test_columns_that_cannot_be_checked_are_refused(self, workshop, columns, field):
        with pytest.raises(InvalidDocument) as caught:
            workshop.model("broken", columns)

        assert list(problems(caught)) == [field]

    def test_one_that_is_used_cannot_be_deleted(self, workshop, parts, pipeline):
        with pytest.raises(Conflict, match="Orders"):
            workshop.layer.target_models.delete(parts["model"].id)

        workshop.layer.pipelines.delete(pipeline.id)
        workshop.layer.target_models.delete(parts["model"].id)
        with pytest.raises(NotFound):
            workshop.layer.target_models.get(parts["model"].id)

    def test_a_name_is_taken_once(self, workshop, parts):
        with pytest.raises(Conflict, match="people"):
            workshop.model("people")


class TestConnectors:
    def change(self, workshop, connector, **more):
        configuration = {**connector.document.configuration, **more}
        document = connector_document(connector.document.name, type=connector.document.type, **configuration)
        return workshop.layer.connectors.update(connector.id, document, workshop.caller)

    def test_a_change_is_used_by_the_next_look(self, workshop, parts, pipeline):
        workshop.drop("ada.txt", ADA)
        self.change(workshop, parts["input"], pattern="*.csv")

        assert workshop.execute(pipeline) == []

    def test_a_change_reaches_the_engine(self, workshop, parts, pipeline):
        before = workshop.engine.refreshes

        self.change(workshop, parts["input"], poll_seconds=5)

        assert workshop.engine.refreshes == before + 1

    def test_a_configuration_that_is_not_valid_changes_nothing(self, workshop, parts):
        with pytest.raises(InvalidDocument) as caught:
            self.change(workshop, parts["input"], folder="/data")

        assert list(problems(caught)) == ["configuration.folder"]
        assert workshop.layer.connectors.get(parts["input"].id) == parts["input"]

    def test_an_input_does_not_become_an_output(self, workshop, parts):
        document = connector_document("inbox", type="OUTPUT", path=str(workshop.folder("inbox")))

        with pytest.raises(InvalidDocument) as caught:
            workshop.layer.connectors.update(parts["input"].id, document, workshop.caller)

        assert problems(caught) == {"type": "is INPUT and cannot change; make another connector"}

    def test_a_kind_there_is_none_of_is_refused_with_those_there_are(self, workshop):
        with pytest.raises(InvalidDocument, match="INPUT LOCAL EVENT_BASE"):
            workshop.connector("disk", node_type="S3")

    @pytest.mark.parametrize("extension", ["foo", "xls", "ODS"])
    def test_an_extension_that_is_not_written_is_refused_with_those_that_are(self, workshop, extension):
        with pytest.raises(InvalidDocument) as caught:
            workshop.output(file_extension=extension)

        assert problems(caught) == {
            "configuration.file_extension": f'Files are not written as "{extension}"; '
            "there are csv, tsv, xlsx, json, jsonl, xml, parquet"
        }
        assert workshop.layer.connectors.find(Query()).total == 0

    def test_a_change_to_an_extension_that_is_not_written_changes_nothing(self, workshop):
        outbox = workshop.output(file_extension="csv")
        with pytest.raises(InvalidDocument, match='not written as "xls"'):
            self.change(workshop, outbox, file_extension="xls")

        assert workshop.layer.connectors.get(outbox.id) == outbox

    def test_the_place_is_tried(self, workshop, parts):
        assert workshop.layer.connectors.test(parts["input"].id) is None

    def test_what_is_wrong_with_the_place_is_said(self, workshop):
        absent = workshop.input(path=str(workshop.place / "absent"))

        failure = workshop.layer.connectors.test(absent.id)

        assert failure.type is ErrorType.SOURCE_UNRESPONSIVE
        assert "absent" in failure.message

    def test_one_that_is_used_cannot_be_deleted(self, workshop, parts, pipeline):
        for connector in (parts["input"], *parts["outputs"]):
            with pytest.raises(Conflict, match="Orders"):
                workshop.layer.connectors.delete(connector.id)

    def test_what_there_is_of_many_is_answered_at_once(self, workshop, parts, pipeline):
        services = workshop.layer
        connectors = [parts["input"].id, parts["outputs"][0].id, "none"]

        assert services.connectors.many(connectors).keys() == set(connectors[:2])
        assert services.target_models.many([parts["model"].id, "none"]).keys() == {parts["model"].id}
        assert services.pipelines.many([pipeline.id, "none"]) == {pipeline.id: pipeline}
        assert [each.total for each in (
            services.connectors.find(Query()), services.target_models.find(Query()), services.pipelines.find(Query()),
        )] == [2, 1, 1]  # fmt: skip
