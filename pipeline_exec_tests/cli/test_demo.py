"""The examples, through the REST APIs of a service that runs here: all that is missing is Dagster's sensor."""

import threading
from pathlib import Path

import pytest

from pipeline_exec.api.app import create_app
from pipeline_exec.cli.examples import EXPECTATIONS
from pipeline_exec.model.execution import ExecutionTrigger
from pipeline_exec_tests.api.conftest import serving

EXAMPLES = Path(__file__).parents[2] / "examples"


class Watch:
    """What the sensor of the airports does: looks for files, and executes those that stand still."""

    def __init__(self, layer):
        self._layer = layer
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        layer = self._layer
        while not self._over.wait(0.1):
            with layer.ports.store.reading() as tx:
                pipeline = tx.pipelines.named("airports")
            if pipeline is not None:
                caller = pipeline.audit.created_by
                layer.lifecycle.launch(layer.arrivals.collect(pipeline, ExecutionTrigger.EVENT, caller).executions)


@pytest.fixture
def service(command_line):
    """Arguments that name a running service."""
    key = command_line.run("keys", "create", "--name", "demo").stdout.strip()
    with serving(create_app(command_line.layer)) as address, Watch(command_line.layer):
        yield ["--address", address, "--key", key, "--home", command_line.home]


def rows(result):
    """Each line of the table that is about a run."""
    return [line.split() for line in result.stdout.splitlines() if " CREATE " in line or " FIX " in line]


def test_every_example_ends_as_it_must(command_line, service):
    result = command_line.run("demo", "--examples", EXAMPLES, *service)
    assert [row[:7] for row in rows(result)[:4]] == [
        ["airports", "CREATE", "SUCCESSFUL", "EVENT", "3,376", "23,632", "0"],
        ["penguins", "CREATE", "SUCCESSFUL", "MANUAL", "344", "3,784", "19"],
        ["earthquakes", "CREATE", "FAILED", "EVENT", "600", "7,200", "600"],
        ["earthquakes", "FIX", "SUCCESSFUL", "EVENT", "600", "7,200", "0"],
    ]
    assert rows(result)[4][:5] == ["seattle-weather", "CREATE", "SUCCESSFUL", "MANUAL", "5,844"]
    assert "All 5 runs ended as they must." in result.stdout
    written = sorted(path.name for path in (command_line.home / "examples").rglob("checked/*"))
    assert written == ["airports.json", "earthquakes.xlsx", "penguins.csv"]


def test_the_demo_can_be_repeated(command_line, service):
    first = command_line.run("demo", "--examples", EXAMPLES, *service)
    again = command_line.run("demo", "--examples", EXAMPLES, *service)
    assert [row[:5] for row in rows(again)] == [row[:5] for row in rows(first)]


@pytest.fixture
def expecting(tmp_path):
    """Examples with other expectations, in a folder of its own."""

    def write(text):
        for path in EXAMPLES.iterdir():
            (tmp_path / path.name).symlink_to(path)
        (tmp_path / EXPECTATIONS).unlink()
        (tmp_path / EXPECTATIONS).write_text(text)
        return tmp_path

    return write


def test_another_end_than_expected_is_told_and_fails_the_demo(command_line, service, expecting):
    examples = expecting("- {pipeline: penguins, ends: [{status: FAILED, rows: 344, error_cells: 20}]}")
    result = command_line.run("demo", "--examples", examples, *service, exit_code=1)
    assert result.stderr.splitlines()[-2:] == [
        "penguins: status is SUCCESSFUL, not FAILED",
        "penguins: error_cells is 19, not 20",
    ]


def test_a_fix_that_does_not_come_is_missed(command_line, service, expecting):
    examples = expecting("- {pipeline: penguins, ends: [{status: SUCCESSFUL}, {status: SUCCESSFUL}]}")
    result = command_line.run("demo", "--examples", examples, *service, exit_code=1)
    assert "penguins: there was no run of type FIX" in result.stderr


def test_what_takes_too_long_is_named(command_line, service, expecting):
    examples = expecting(
        "- {pipeline: airports, start: {drop: data/airports.csv, into: elsewhere}, ends: [{status: SUCCESSFUL}]}"
    )
    result = command_line.run("demo", "--examples", examples, "--patience", "0.1", *service, exit_code=1)
    assert "The demo took too long: pipeline 'airports' has not noticed its file." in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("- {pipeline: airports, ends: []", "this is not YAML", id="broken"),
        pytest.param("- {pipeline: airports, ends: [{status: DONE}]}", "yaml: 0.ends.0.status", id="status"),
        pytest.param("- {pipeline: papers, ends: []}", "The service has no pipeline 'papers'.", id="unknown pipeline"),
        pytest.param("- {wrapper: papers, ends: []}", "The service has no wrapper 'papers'.", id="unknown wrapper"),
    ],
)
def test_wrong_expectations_are_named(command_line, service, expecting, text, says):
    result = command_line.run("demo", "--examples", expecting(text), *service, exit_code=1)
    assert says in result.stderr


def test_a_service_that_is_not_there_is_named(command_line):
    arguments = ["--address", "http://127.0.0.1:9", "--key", "x", "--home", command_line.home]
    result = command_line.run("demo", "--examples", EXAMPLES, *arguments, exit_code=1)
    assert "The service at http://127.0.0.1:9 does not answer" in result.stderr
    assert result.stderr.endswith("Start it with: pipeline-exec up.\n")


def test_a_wrong_key_is_what_the_service_says(command_line, service):
    service[3] = "wrong"
    result = command_line.run("demo", "--examples", EXAMPLES, *service, exit_code=1)
    assert "was answered 401" in result.stderr
