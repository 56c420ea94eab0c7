import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import Conflict, InvalidDocument
from pipeline_exec.model.wrapper import WrapperDocument
from pipeline_exec.services.documents import Change, Declaration, Origin, Surroundings
from pipeline_exec_tests.inline_engine import inline_layer

MODEL = {"kind": "TargetDataModel", "name": "order", "columns": [{"key": "number", "required": True}]}
INPUT = {
    "kind": "Connector",
    "name": "orders-in",
    "type": "INPUT",
    "node_type": "HTTP",
    "trigger_type": "TIME_BASE",
    "configuration": {
        "url": "https://example.com/orders",
        "headers": {"X-Tenant": "acme"},
        "auth": {"type": "BEARER", "token": "s3cret-t0ken"},
    },
}
OUTPUT = {
    "kind": "Connector",
    "name": "orders-out",
    "type": "OUTPUT",
    "node_type": "LOCAL",
    "configuration": {"path": "/srv/orders"},
}
PIPELINE = {
    "kind": "Pipeline",
    "name": "orders",
    "configuration": {
        "input_connectors": ["orders-in"],
        "output_connectors": ["orders-out"],
        "tdm": "order",
        "read_options": {"header_row": "none"},
        "schedule_config": {
            "frequency": "WEEKLY",
            "interval": 2,
            "starts_on": "2026-01-05T06:00:00",
            "timezone": "UTC",
        },
        "mapping_config": {
            "mappings": [
                {
                    "source_columns": ["column_1"],
                    "target_column": "number",
                    "transformations": [{"type": "OPTION_MAPPING", "options": {"env": "production"}}],
                }
            ]
        },
    },
}


def a_wrapper(file=None, **destination):
    return {
        "kind": "Wrapper",
        "name": "weather",
        "source_type": "CSV",
        "source_config": {"file": str(file), "time_column": "at", "value_columns": ["t"]},
        "destination": destination or {"connector": "orders-out"},
    }


ALL = [MODEL, INPUT, OUTPUT, PIPELINE]


class Deployment:
    def __init__(self, layer):
        self.layer = layer
        self.owner = layer.principals.owner()

    def apply(self, *documents, file="documents.yaml"):
        return [applied.change for applied in self.layer.documents.apply(declared(*documents, file=file), self.owner)]

    def refused(self, *documents):
        with pytest.raises(InvalidDocument) as refused:
            self.apply(*documents)
        return refused.value

    def exported(self, with_files=False):
        export = self.layer.exports.export(with_files=with_files)
        return list(itertools.chain.from_iterable(export.documents.values()))

    def stored(self, repository, name):
        with self.layer.ports.store.reading() as tx:
            return getattr(tx, repository).named(name)

    def wrappers(self):
        return list(self.layer.wrappers.page(0, 10).items)


def declared(*documents, file="documents.yaml"):
    """Documents as a file would declare them, a line for each document's kind."""
    return [
        Declaration(
            document["kind"],
            document["name"],
            {key: value for key, value in document.items() if key != "kind"},
            Origin(file, {"": number}),
        )
        for number, document in enumerate(documents, start=1)
    ]


@pytest.fixture
def deployment(tmp_path):
    layer, engine = inline_layer(tmp_path / "home")
    yield Deployment(layer)
    engine.wait()


@pytest.fixture
def weather(tmp_path):
    file = tmp_path / "weather.csv"
    file.write_text("at,t\n2026-01-01,3\n2026-01-02,4\n")
    return file


def changed(document, **attributes):
    return {**document, **attributes}


def configured(document, **attributes):
    return {**document, "configuration": {**document["configuration"], **attributes}}


class TestApplying:
    @pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5], ids=str)
    def test_the_order_of_documents_does_not_matter(self, deployment, order):
        assert deployment.apply(*[ALL[position] for position in order]) == [Change.CREATED] * 4
        assert deployment.stored("pipelines", "orders").configuration.document.tdm == (
            deployment.stored("target_models", "order").id
        )

    def test_applied_again_nothing_changes(self, deployment):
        deployment.apply(*ALL)
        before = deployment.stored("pipelines", "orders")
        assert deployment.apply(*ALL) == [Change.UNCHANGED] * 4
        assert deployment.stored("pipelines", "orders") == before

    @pytest.mark.parametrize(
        "after",
        [
            pytest.param(changed(MODEL, columns=[{"key": "number"}]), id="target data model"),
            pytest.param(configured(INPUT, url="https://example.com/other"), id="connector"),
            pytest.param(configured(INPUT, auth={"type": "BEARER", "token": "an0ther-t0ken"}), id="secret"),
            pytest.param(changed(INPUT, permissions={"level": "PUBLIC"}), id="permissions"),
            pytest.param(configured(PIPELINE, developer_mode=True), id="configuration"),
            pytest.param(changed(PIPELINE, active=False), id="active"),
        ],
    )
    def test_only_what_differs_is_updated(self, deployment, after):
        deployment.apply(*ALL)
        documents = [after if document["name"] == after["name"] else document for document in ALL]
        assert sorted(deployment.apply(*documents)) == ["unchanged"] * 3 + ["updated"]
        assert deployment.apply(*documents) == [Change.UNCHANGED] * 4

    def test_a_changed_target_data_model_reaches_the_pipelines_that_use_it(self, deployment):
        deployment.apply(*ALL)
        deployment.apply(changed(MODEL, columns=[{"key": "number"}, {"key": "amount"}]))
        model = deployment.stored("pipelines", "orders").configuration.target_model
        assert [column.key for column in model.columns] == ["number", "amount"]

    def test_documents_refer_to_what_is_there_already(self, deployment):
        deployment.apply(MODEL, INPUT, OUTPUT)
        assert deployment.apply(PIPELINE) == [Change.CREATED]

    def test_a_secret_is_never_written_down_plainly(self, deployment):
        deployment.apply(*ALL)
        home = deployment.layer.settings.home
        written = b"".join(file.read_bytes() for file in home.rglob("*") if file.is_file())
        assert b"orders-in" in written
        assert b"s3cret-t0ken" not in written
        connector = deployment.stored("connectors", "orders-in")
        assert deployment.layer.connectors.open(connector.document).configuration.auth.token.get_secret_value() == (
            "s3cret-t0ken"
        )


class TestRefusing:
    def test_nothing_is_applied_when_one_document_is_wrong(self, deployment):
        deployment.refused(MODEL, OUTPUT, changed(INPUT, type="SIDEWAYS"))
        assert deployment.exported() == []

    @pytest.mark.parametrize(
        ("document", "says"),
        [
            pytest.param(
                changed(INPUT, kind="Conector"),
                "Conector 'orders-in', kind: 'Conector' is no kind of document (did you mean Connector?)",
                id="unknown kind",
            ),
            pytest.param(
                changed(INPUT, type="SIDEWAYS"), "Connector 'orders-in', type: Input should be", id="wrong value"
            ),
            pytest.param(changed(INPUT, colour="red"), "colour: is not a known attribute", id="unknown attribute"),
            pytest.param(configured(INPUT, url=None), "Connector 'orders-in', configuration.url:", id="configuration"),
            pytest.param(changed(INPUT, node_type="FAX"), "node_type: Input should be", id="unknown node type"),
            pytest.param(
                changed(MODEL, columns=[{"key": "a", "validations": [{"type": "MAGIC"}]}]),
                "TargetDataModel 'order', columns.0.validations.0.type:",
                id="unknown validation",
            ),
            pytest.param(
                configured(PIPELINE, tdm="invoice"),
                "Pipeline 'orders', configuration.tdm: there is no TargetDataModel 'invoice', neither among",
                id="reference that leads nowhere",
            ),
            pytest.param(
                configured(PIPELINE, input_connectors=["orders-out"]),
                "configuration.input_connectors.0: connector 'orders-out' is an OUTPUT connector",
                id="wrong direction",
            ),
            pytest.param(
                configured(PIPELINE, mapping_config={"mappings": [{"target_column": "nmber"}]}),
                "Pipeline 'orders', configuration.mapping_config.mappings.0.target_column:",
                id="unknown target column",
            ),
            pytest.param(configured(PIPELINE, read_options={"format": "papyrus"}), "'orders'", id="unknown format"),
            pytest.param(changed(PIPELINE, configuration="none"), "Pipeline 'orders', configuration:", id="no mapping"),
            pytest.param(configured(PIPELINE, output_connectors="x"), "configuration.output_connectors:", id="no list"),
            pytest.param(
                a_wrapper("/nowhere.csv", connector="orders-in-and-out"),
                "destination.connector:",
                id="wrapper's connector",
            ),
            pytest.param(a_wrapper("/nowhere.csv"), "source_config.file: there is no file /nowhere.csv", id="no file"),
            pytest.param(
                changed(a_wrapper(__file__), source_config={"file": __file__, "file_id": "1"}),
                "source_config.file: give either a file or a file_id",
                id="file twice",
            ),
            pytest.param(
                changed(a_wrapper(__file__), source_config={"file": __file__, "value_columns": ["t"]}),
                "source_config.time_column: Field required",
                id="wrapper's source",
            ),
            pytest.param(
                a_wrapper(__file__, node_type="LOCAL", configuration={"pth": "/srv"}),
                "Wrapper 'weather', destination.configuration.path: Field required",
                id="wrapper's destination",
            ),
        ],
    )
    def test_a_problem_names_the_document_the_field_and_what_is_wrong(self, deployment, document, says):
        deployment.apply(*ALL)
        assert says in deployment.refused(document).what

    def test_all_problems_of_all_documents_are_named_at_once(self, deployment):
        refused = deployment.refused(
            changed(MODEL, colour="red"), changed(INPUT, type="SIDEWAYS"), configured(PIPELINE, tdm="invoice")
        )
        assert refused.what.startswith("Nothing was applied, because of 4 problems.\n  documents.yaml, line 2: ")
        assert [problem.field.partition(":")[0] for problem in refused.problems] == [
            "documents.yaml, line 2",
            "documents.yaml, line 1",
            "documents.yaml, line 3",
            "documents.yaml, line 3",
        ]

    def test_what_refers_to_a_wrong_document_is_not_blamed_for_it(self, deployment):
        refused = deployment.refused(MODEL, changed(INPUT, type="SIDEWAYS"), OUTPUT, PIPELINE)
        assert [problem.field for problem in refused.problems] == [
            "documents.yaml, line 2: Connector 'orders-in', type"
        ]

    def test_a_document_declared_twice_is_a_problem(self, deployment):
        refused = deployment.refused(MODEL, MODEL)
        assert "documents.yaml, line 2: TargetDataModel 'order', name: is declared twice, first in" in refused.what

    def test_the_rehearsal_leaves_no_trace(self, deployment):
        deployment.apply(*ALL)
        before = deployment.exported()
        deployment.refused(changed(MODEL, columns=[{"key": "other"}]), changed(OUTPUT, type="INPUT"), PIPELINE)
        assert deployment.exported() == before

    def test_wrappers_that_share_a_name_cannot_be_applied_or_exported(self, deployment, weather):
        deployment.apply(OUTPUT, a_wrapper(weather))
        (wrapper,) = deployment.wrappers()
        layer = deployment.layer
        layer.wrappers.create(
            WrapperDocument(
                name="weather",
                source_type="CSV",
                source_config=wrapper.document.source_config,
                destination=wrapper.document.destination,
            ),
            deployment.owner,
        )
        with pytest.raises(Conflict, match="Several wrappers are called 'weather'"):
            deployment.exported()
        with pytest.raises(Conflict, match="There are 2 wrappers called 'weather'"):
            deployment.apply(OUTPUT, a_wrapper(weather))


class TestWrappers:
    def test_a_wrappers_file_is_uploaded(self, deployment, weather):
        assert deployment.apply(OUTPUT, a_wrapper(weather)) == [Change.CREATED, Change.CREATED]
        (wrapper,) = deployment.wrappers()
        file = deployment.layer.wrappers.file(wrapper.document.source_config["file_id"])
        assert (file.name, file.columns) == ("weather.csv", ("at", "t"))

    def test_the_same_content_is_unchanged_wherever_the_file_is(self, deployment, weather, tmp_path):
        deployment.apply(OUTPUT, a_wrapper(weather))
        (tmp_path / "elsewhere").mkdir()
        moved = weather.rename(tmp_path / "elsewhere" / "weather.csv")
        assert deployment.apply(a_wrapper(moved)) == [Change.UNCHANGED]

    def test_changed_content_takes_the_place_of_the_upload(self, deployment, weather):
        deployment.apply(OUTPUT, a_wrapper(weather))
        (before,) = deployment.wrappers()
        weather.write_text("at,t\n2026-01-01,5\n2026-01-02,6\n")
        assert deployment.apply(a_wrapper(weather)) == [Change.UPDATED]
        (after,) = deployment.wrappers()
        assert after.id == before.id
        uploads = deployment.layer.settings.home / "staging" / "uploads"
        assert [file.name for file in uploads.iterdir()] == [after.document.source_config["file_id"]]

    def test_a_file_that_cannot_be_used_leaves_nothing_behind(self, deployment, weather):
        weather.write_text("just one column\n1\n")
        with pytest.raises(InvalidDocument, match="has 1 column"):
            deployment.apply(OUTPUT, a_wrapper(weather))
        assert deployment.wrappers() == []

    def test_an_inline_destination_is_compared_with_its_secrets(self, deployment, weather):
        def sending(token):
            auth = {"type": "BEARER", "token": token}
            return a_wrapper(
                weather, node_type="HTTP", configuration={"url": "https://example.com/points", "auth": auth}
            )

        assert deployment.apply(sending("s3cret-one")) == [Change.CREATED]
        assert deployment.apply(sending("s3cret-one")) == [Change.UNCHANGED]
        assert deployment.apply(sending("s3cret-two")) == [Change.UPDATED]


class TestExporting:
    def test_what_was_exported_changes_nothing_when_it_is_applied(self, deployment, weather):
        open_input = configured(INPUT, auth={"type": "NONE"}, headers={})
        documents = [MODEL, open_input, OUTPUT, PIPELINE, a_wrapper(weather)]
        deployment.apply(*documents)
        surroundings = Surroundings({}, deployment.layer.settings.home)
        exported = [surroundings.filled(document) for document in deployment.exported()]
        assert deployment.apply(*exported) == [Change.UNCHANGED] * 5

    def test_names_stand_in_place_of_ids(self, deployment, weather):
        deployment.apply(*ALL, a_wrapper(weather))
        exported = {document["name"]: document for document in deployment.exported()}
        configuration = exported["orders"]["configuration"]
        assert configuration["input_connectors"] == ["orders-in"]
        assert configuration["output_connectors"] == ["orders-out"]
        assert configuration["tdm"] == "order"
        assert exported["weather"]["destination"] == {"connector": "orders-out"}

    def test_variables_stand_in_place_of_secrets(self, deployment):
        deployment.apply(*ALL)
        (connector,) = [document for document in deployment.exported() if document["name"] == "orders-in"]
        assert connector["configuration"]["auth"] == {
            "type": "BEARER",
            "token": {"env": "ORDERS_IN_AUTH_TOKEN_SECRET"},
        }
        assert "s3cret-t0ken" not in str(deployment.exported())

    def test_with_its_variables_set_an_export_changes_nothing(self, deployment):
        deployment.apply(*ALL)
        variables = {
            "ORDERS_IN_AUTH_TOKEN_SECRET": "s3cret-t0ken",
            "ORDERS_IN_HEADERS_X_TENANT_SECRET": "acme",
        }
        surroundings = Surroundings(variables, deployment.layer.settings.home)
        exported = [surroundings.filled(document) for document in deployment.exported()]
        assert deployment.apply(*exported) == [Change.UNCHANGED] * 4

    def test_no_two_secrets_share_a_variable_and_every_shell_takes_its_name(self, deployment):
        for name in ("orders-in", "orders in", "2nd", "pipeline exec"):
            deployment.apply(changed(INPUT, name=name))
        tokens = [document["configuration"]["auth"]["token"]["env"] for document in deployment.exported()]
        assert sorted(tokens) == [
            "ORDERS_IN_AUTH_TOKEN_SECRET",
            "ORDERS_IN_AUTH_TOKEN_SECRET_2",
            "_2ND_AUTH_TOKEN_SECRET",
            "_PIPELINE_EXEC_AUTH_TOKEN_SECRET",
        ]

    def test_a_path_below_the_home_is_written_relative_to_it(self, deployment):
        home = deployment.layer.settings.home.absolute()
        deployment.apply(configured(OUTPUT, path=str(home / "out" / "orders")))
        (exported,) = deployment.exported()
        assert exported["configuration"]["path"] == {"home": "out/orders"}

    def test_uploads_are_named_as_files_where_they_are_copied(self, deployment, weather):
        deployment.apply(OUTPUT, a_wrapper(weather))
        export = deployment.layer.exports.export(with_files=True)
        ((relative, source),) = export.files.items()
        assert str(relative) == "files/weather/weather.csv"
        assert source.read_bytes() == weather.read_bytes()
        (wrapper,) = export.documents["Wrapper"]
        assert wrapper["source_config"] == {
            "file": "files/weather/weather.csv",
            "time_column": "at",
            "value_columns": ["t"],
        }

    def test_a_new_deployment_made_of_an_export_exports_the_same(self, deployment, weather, tmp_path):
        deployment.apply(
            MODEL, OUTPUT, configured(INPUT, auth={"type": "NONE"}, headers={}), PIPELINE, a_wrapper(weather)
        )
        export = deployment.layer.exports.export(with_files=True)
        copies = {str(relative): str(source) for relative, source in export.files.items()}
        layer, _ = inline_layer(tmp_path / "another")
        other = Deployment(layer)
        surroundings = Surroundings({}, layer.settings.home)
        documents = [surroundings.filled(each) for documents in export.documents.values() for each in documents]
        for document in documents:
            if document["kind"] == "Wrapper":
                (named,) = copies
                uploaded = tmp_path / Path(named).name
                uploaded.write_bytes(Path(copies[named]).read_bytes())
                document["source_config"]["file"] = str(uploaded)
        other.apply(*documents)
        assert other.layer.exports.export(with_files=True).documents == export.documents


NAMES = st.sampled_from(["env", "home", "literal", "a", "b"])
QUERIES = st.dictionaries(NAMES, st.text("ab {}:", min_size=1, max_size=4), max_size=2)


class TestMarkers:
    @given(query=QUERIES)
    def test_what_only_looks_like_a_marker_survives(self, deployment, query):
        document = configured(INPUT, auth={"type": "NONE"}, headers={}, query=query)
        deployment.apply(document)
        surroundings = Surroundings({}, deployment.layer.settings.home)
        (exported,) = [surroundings.filled(each) for each in deployment.exported()]
        assert deployment.apply(exported) == [Change.UNCHANGED]

    def test_a_marker_is_filled_wherever_it_stands(self, tmp_path):
        surroundings = Surroundings({"TOKEN": "t0ken"}, tmp_path)
        filled = surroundings.filled(
            {
                "a": {"env": "TOKEN"},
                "b": [{"c": {"env": "TOKEN"}}],
                "d": {"home": "x/y"},
                "e": {"literal": {"env": "TOKEN"}},
                "f": {"env": "TOKEN", "home": "x"},
            }
        )
        assert filled == {
            "a": "t0ken",
            "b": [{"c": "t0ken"}],
            "d": str(tmp_path / "x" / "y"),
            "e": {"env": "TOKEN"},
            "f": {"env": "TOKEN", "home": "x"},
        }

    def test_every_variable_that_is_not_set_is_named_with_its_field(self, tmp_path):
        with pytest.raises(InvalidDocument) as refused:
            Surroundings({}, tmp_path).filled({"a": {"env": "ONE"}, "b": [{"c": {"env": "TWO"}}]})
        assert [(problem.field, problem.message) for problem in refused.value.problems] == [
            ("a", "the environment variable ONE is not set"),
            ("b.0.c", "the environment variable TWO is not set"),
        ]
