import json

import pytest

from pipeline_exec.cli.context import Deployment
from pipeline_exec_tests.cli.conftest import ORDERS


def changes(result):
    """What became of each document, by name."""
    return {line.split()[2]: line.split()[0] for line in result.stdout.splitlines()}


@pytest.fixture
def documents(tmp_path):
    """Writes files into a folder of documents."""
    folder = tmp_path / "documents"

    def write(**files):
        for name, content in files.items():
            file = folder / name.replace("__", "/").replace("_", ".")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        return folder

    return write


MODEL = "{kind: TargetDataModel, name: order, columns: [{key: number}]}"


def test_what_becomes_of_each_document_is_printed(command_line, documents):
    folder = documents(orders_yaml=ORDERS)
    assert changes(command_line.run("apply", "-f", folder)) == {
        "order": "created",
        "orders-in": "created",
        "orders-out": "created",
        "orders": "created",
    }
    documents(orders_yaml=ORDERS.replace("column_type: float", "column_type: decimal"))
    assert changes(command_line.run("apply", "-f", folder / "orders.yaml")) == {
        "order": "updated",
        "orders-in": "unchanged",
        "orders-out": "unchanged",
        "orders": "unchanged",
    }


def test_a_folder_is_read_with_the_folders_in_it(command_line, documents):
    parts = ORDERS.split("---")
    folder = documents(
        z__model_yml=parts[0],
        b__in_yaml=parts[1],
        a__pipeline_yaml=parts[3],
        out_json=json.dumps(
            [
                {
                    "kind": "Connector",
                    "name": "orders-out",
                    "type": "OUTPUT",
                    "node_type": "LOCAL",
                    "configuration": {"path": "outbox"},
                }
            ]
        ),
        _hidden_yaml="kind: Nonsense",
        notes_txt="kind: Nonsense",
    )
    assert set(changes(command_line.run("apply", "-f", folder))) == {"order", "orders-in", "orders-out", "orders"}


def test_files_without_documents_are_left_out_and_named(command_line, documents):
    folder = documents(model_yaml=MODEL, data_json='{"features": []}', settings_yaml="- a\n- b\n")
    result = command_line.run("apply", "-f", folder)
    assert changes(result) == {"order": "created"}
    assert result.stderr.splitlines() == [
        f"{folder}/data.json holds no document and is left out.",
        f"{folder}/settings.yaml holds no document and is left out.",
    ]


def test_data_beside_the_documents_a_service_starts_with_is_left_out_without_a_word(command_line, documents, capfd):
    folder = documents(model_yaml=MODEL, data_json='{"features": []}')
    Deployment(lambda _: command_line.layer).apply(command_line.layer, folder)
    said = capfd.readouterr()
    assert (said.out.split(), said.err) == (["created", "TargetDataModel", "order"], "")


def test_paths_are_relative_to_the_folder_of_the_file(command_line, documents):
    folder = documents(sub__orders_yaml=ORDERS)
    command_line.run("apply", "-f", folder)
    with command_line.layer.ports.store.reading() as tx:
        connector = tx.connectors.named("orders-in")
    assert connector.document.configuration["path"] == str(folder / "sub" / "inbox")


def test_paths_below_the_home_and_values_of_the_environment_are_filled_in(command_line, documents, monkeypatch):
    monkeypatch.setenv("OUTPUT_NAME", "{source_stem}")
    document = """
    kind: Connector
    name: out
    type: OUTPUT
    node_type: LOCAL
    configuration: {path: {home: out}, file_name: {env: OUTPUT_NAME}}
    """
    command_line.run("apply", "-f", documents(out_yaml=document))
    with command_line.layer.ports.store.reading() as tx:
        configuration = tx.connectors.named("out").document.configuration
    assert configuration == {"path": str(command_line.home / "out"), "file_name": "{source_stem}"}
    assert (command_line.home / "out").is_dir()


def test_a_wrappers_file_is_relative_to_the_folder_of_its_document(command_line, documents):
    wrapper = """
    kind: Wrapper
    name: weather
    source_type: CSV
    source_config: {file: data/weather.csv, time_column: at, value_columns: [t]}
    destination: {node_type: LOCAL, configuration: {path: points}}
    """
    folder = documents(weather_yaml=wrapper, data__weather_csv="at,t\n2026-01-01,1\n2026-01-02,2\n")
    assert changes(command_line.run("apply", "-f", folder)) == {"weather": "created"}
    assert changes(command_line.run("apply", "-f", folder)) == {"weather": "unchanged"}
    (wrapper,) = command_line.layer.wrappers.page(0, 10).items
    assert wrapper.document.destination.configuration == {"path": str(folder / "points")}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        pytest.param({"a_yaml": "kind: [Connector"}, "a.yaml, line 1: this is not YAML", id="broken YAML"),
        pytest.param({"a_json": '{\n"kind": }'}, "a.json, line 2: this is not JSON", id="broken JSON"),
        pytest.param({"a_json": "[" * 100_000}, "a.json: it is nested too deep", id="deep JSON"),
        pytest.param(
            {"a_yaml": f"{MODEL}\n---\nname: x"},
            "a.yaml, line 3: a document has a kind",
            id="no kind",
        ),
        pytest.param({"a_yaml": "kind: Connector"}, "a.yaml, line 1: a document has a kind and a name", id="no name"),
        pytest.param(
            {"a_yaml": "kind: TargetDataModel\nname: order\ncolumns:\n  - key: a\n  - key: b\n    colour: red\n"},
            "a.yaml, line 6: TargetDataModel 'order', columns.1.colour: is not a known attribute",
            id="unknown attribute",
        ),
        pytest.param(
            {"a_yaml": "kind: Connector\nname: out\ntype: OUTPUT\nnode_type: LOCAL\nconfiguration:\n  pth: x\n"},
            "a.yaml, line 6: Connector 'out', configuration.pth: is not a known attribute",
            id="wrong configuration",
        ),
        pytest.param(
            {"a_yaml": "kind: TargetDataModel\nname: order\ncolumns: {env: COLUMNS_OF_ORDER}\n"},
            "a.yaml, line 3: TargetDataModel 'order', columns: the environment variable COLUMNS_OF_ORDER is not set",
            id="variable that is not set",
        ),
        pytest.param(
            {"a_yaml": ORDERS.replace("[orders-in]", "\n    - orders-inn")},
            "a.yaml, line 25: Pipeline 'orders', configuration.input_connectors.0: there is no Connector 'orders-inn'",
            id="name that leads nowhere",
        ),
    ],
)
def test_a_problem_names_file_line_and_field_and_nothing_is_applied(command_line, documents, files, says):
    folder = documents(**files, valid_yaml=MODEL.replace("order", "other"))
    result = command_line.run("apply", "-f", folder, exit_code=1)
    assert says in result.stderr
    assert result.stdout == ""
    assert command_line.run("export").stdout == ""


def test_problems_of_several_files_are_named_at_once(command_line, documents):
    folder = documents(a_yaml="kind: [", b_yaml="kind: Connector", c_yaml="{kind: Pipeline, name: {env: NO_NAME}}")
    result = command_line.run("apply", "-f", folder, exit_code=1)
    assert result.stderr.startswith("Nothing was applied, because of 3 problems.\n  ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"kind: \xff\xfe", "it is not text in UTF-8", id="another encoding"),
        pytest.param(b"", "holds no document", id="an empty file"),
        pytest.param(b"- 1\n", "a document has a kind and a name", id="a list"),
    ],
)
def test_a_file_that_is_no_document_is_refused(command_line, tmp_path, content, says):
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    assert says in command_line.run("apply", "-f", file, exit_code=1).stderr


def test_an_empty_folder_is_refused(command_line, documents):
    assert "holds no document" in command_line.run("apply", "-f", documents(a_txt="nothing"), exit_code=1).stderr


def test_a_file_that_is_not_there_is_named(command_line, tmp_path):
    result = command_line.run("apply", "-f", tmp_path / "nowhere", exit_code=1)
    assert result.stderr == f"There is no file or folder {tmp_path}/nowhere.\nName one that holds documents.\n"


def test_apply_asks_for_a_file(command_line):
    assert "Missing option '-f'" in command_line.run("apply", exit_code=2).stderr


def test_secrets_of_the_environment_are_in_no_message(command_line, documents, monkeypatch):
    monkeypatch.setenv("ORDERS_TOKEN", "s3cret-t0ken")
    document = """
    kind: Connector
    name: in
    type: INPUT
    node_type: HTTP
    trigger_type: TIME_BASE
    configuration: {url: "https://example.com", auth: {type: BEARER, token: {env: ORDERS_TOKEN}, tokn: x}}
    """
    result = command_line.run("apply", "-f", documents(in_yaml=document), exit_code=1)
    assert "configuration.auth" in result.stderr
    assert "s3cret-t0ken" not in result.output
