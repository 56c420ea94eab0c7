import csv
import io
import json

import openpyxl
import pytest
from click import unstyle

from pipeline_exec.cli import output
from pipeline_exec_tests.cli.conftest import Terminal


@pytest.fixture
def failed(command_line, orders):
    """An execution with two errors among six cells."""
    (orders / "inbox" / "may.csv").write_text("Number,Amount\nA-1,10\nA-2,ten\n,30\n")
    return command_line.execute("orders")


def test_executions_are_listed_with_the_counts_of_their_latest_run(command_line, failed):
    header, line = command_line.run("executions", "list").stdout.splitlines()
    assert header.split() == ["Id", "Pipeline", "Status", "Trigger", "Rows", "Errors", "Made"]
    assert line.split()[:6] == [failed.id[:8], "orders", "FAILED", "MANUAL", "3", "2"]


def test_a_list_can_be_narrowed_and_cut(command_line, orders, failed):
    (orders / "inbox" / "june.csv").write_text("Number,Amount\nB-1,1\n")
    command_line.execute("orders")
    listed = json.loads(command_line.run("executions", "list", "--status", "failed", "--json").stdout)
    assert [execution["id"] for execution in listed] == [failed.id]
    assert len(json.loads(command_line.run("executions", "list", "--pipeline", "orders", "--json").stdout)) == 2
    cut = command_line.run("executions", "list", "--limit", "1")
    assert len(cut.stdout.splitlines()) == 2
    assert cut.stderr == "The newest 1 of 2; --limit shows more.\n"


def test_an_execution_is_shown_with_its_error_and_its_runs(command_line, failed):
    shown = command_line.run("executions", "show", failed.id).stdout
    assert "ERROR_THRESHOLD_EXCEEDED: 2 of 6 cells" in shown
    assert "may.csv (33 bytes)" in shown
    assert shown.splitlines()[-1].split()[:7] == ["1", "CREATE", "FAILED", "3", "2", "2", "6"]


def test_an_execution_is_shown_with_how_its_input_was_read_and_mapped(command_line, orders):
    (orders / "inbox" / "may.csv").write_text("Number;Amount (EUR);Note\nA-1;10;x\n")
    shown = command_line.run("executions", "show", command_line.execute("orders").id).stdout
    lines = [line.split(maxsplit=1) for line in shown.splitlines()]
    assert ["delimiter", ";"] in lines
    assert ["number", "Number"] in lines
    assert ["amount", "Amount (EUR)  (similar: 0.93)"] in lines
    assert ["Unused:", "Note"] in lines


def test_the_json_of_an_execution_is_what_the_api_answers(command_line, failed):
    shown = json.loads(command_line.run("executions", "show", failed.id, "--json").stdout)
    assert shown["error"]["type"] == "ERROR_THRESHOLD_EXCEEDED"
    assert shown["logs"][0]["data"] == {
        "total_rows": 3,
        "total_cells": 6,
        "total_error_cells": 2,
        "total_error_rows": 2,
    }


def test_the_beginning_of_an_id_is_enough(command_line, failed):
    assert failed.id in command_line.run("executions", "show", failed.id[:8]).stdout


def test_a_beginning_that_several_have_is_refused(command_line, orders, failed):
    (orders / "inbox" / "june.csv").write_text("Number,Amount\nB-1,1\n")
    command_line.execute("orders")
    result = command_line.run("executions", "show", "", exit_code=1)
    assert result.stderr == "2 executions have an id that begins with .\nGive more of it.\n"


@pytest.mark.parametrize("command", ["show", "errors", "fix", "cancel"])
def test_an_unknown_execution_is_a_sentence(command_line, command):
    result = command_line.run("executions", command, "nonsense", exit_code=1)
    assert result.stderr == "There is no execution nonsense.\nSee: pipeline-exec executions list.\n"


def test_an_unknown_pipeline_is_a_sentence(command_line):
    result = command_line.run("executions", "list", "--pipeline", "nonsense", exit_code=1)
    assert result.stderr.startswith("There is no pipeline 'nonsense'.\n")


def test_errors_as_a_table(command_line, failed):
    lines = command_line.run("executions", "errors", failed.id).stdout.splitlines()
    assert lines[1].split(maxsplit=3) == ["2", "amount", "ten", "'ten' is not a number like 1234.56."]
    assert lines[2].split(maxsplit=1)[0] == "3"


def test_errors_as_csv(command_line, failed):
    printed = command_line.run("executions", "errors", failed.id, "--format", "csv").stdout
    found = list(csv.DictReader(io.StringIO(printed)))
    assert [(finding["row"], finding["column"], finding["code"]) for finding in found] == [
        ("2", "amount", "type.float"),
        ("3", "number", "required"),
    ]


def test_errors_as_json(command_line, failed):
    found = json.loads(command_line.run("executions", "errors", failed.id, "--format", "json").stdout)
    assert found[0] == {
        "row": 2,
        "column": "amount",
        "value": "ten",
        "code": "type.float",
        "message": "'ten' is not a number like 1234.56.",
    }


def test_errors_as_a_workbook(command_line, failed, tmp_path):
    path = tmp_path / "report.xlsx"
    printed = command_line.run("executions", "errors", failed.id, "--format", "xlsx", "-o", str(path)).stdout
    assert printed == f"The errors are in {path}.\n"
    assert openpyxl.load_workbook(path)["Data"]["C3"].comment.text == "type.float: 'ten' is not a number like 1234.56."


def test_a_workbook_that_cannot_be_written_says_so(command_line, failed, tmp_path):
    path = tmp_path / "absent" / "report.xlsx"
    refused = command_line.run("executions", "errors", failed.id, "--format", "xlsx", "-o", str(path), exit_code=1)
    assert refused.stderr == f"{path} cannot be written: No such file or directory.\nName another file with --output.\n"


def test_no_errors_are_an_empty_array(command_line, orders):
    (orders / "inbox" / "june.csv").write_text("Number,Amount\nB-1,1\n")
    execution = command_line.execute("orders")
    assert json.loads(command_line.run("executions", "errors", execution.id, "--format", "json").stdout) == []


def test_repaired_cells_make_it_succeed(command_line, orders, failed):
    fixed = command_line.run("executions", "fix", failed.id, "--cell", "2:amount=20", "--cell", "3:number=A-3")
    assert fixed.stdout == f"Execution {failed.id} is PROCESSING: run 2, from its validate stage.\n"
    command_line.engine.wait()
    assert "FIX     SUCCESSFUL" in command_line.run("executions", "show", failed.id).stdout
    (written,) = (orders / "outbox").iterdir()
    assert written.read_text() == "number,amount\nA-1,10\nA-2,20\nA-3,30\n"


def test_a_changed_threshold_makes_it_succeed_for_this_execution_only(command_line, failed):
    command_line.run("executions", "fix", failed.id, "--set", "error_config.error_threshold=50")
    command_line.engine.wait()
    assert command_line.layer.executions.get(failed.id).status == "SUCCESSFUL"
    assert "error_threshold" not in command_line.run("export").stdout


def test_a_saved_fix_is_kept_for_later_executions(command_line, failed):
    command_line.run(
        "executions",
        "fix",
        failed.id,
        "--set",
        "error_config.error_threshold=50",
        "--set",
        "error_config.on_error=KEEP",
        "--set",
        'mapping_config.mappings=[{"source_columns": ["Amount"], "target_column": "amount"}]',
        "--save",
    )
    command_line.engine.wait()
    exported = command_line.run("export").stdout
    assert "error_threshold: 50.0" in exported
    assert "on_error: KEEP" in exported
    assert "target_column: amount" in exported


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--cell", "x"], "'x' is not ROW:COLUMN=VALUE", id="no cell"),
        pytest.param(["--cell", "0:amount=1"], "is not ROW:COLUMN=VALUE", id="row zero"),
        pytest.param(["--set", "error_config"], "'error_config' is not PATH=VALUE", id="no value"),
        pytest.param(["--set", "error_config.a.b=1"], "there is no error_config.a.b in", id="no such path"),
        pytest.param(["--set", "input_connectors.7=x"], "there is no input_connectors.7 in", id="no such element"),
    ],
)
def test_a_fix_that_is_written_wrongly_is_a_usage_error(command_line, failed, arguments, says):
    assert says in command_line.run("executions", "fix", failed.id, *arguments, exit_code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--set", "error_config.error_threshold=high"], "error_config.error_threshold", id="wrong value"),
        pytest.param(["--set", "colour=red"], "colour: is not a known attribute", id="unknown attribute"),
        pytest.param(["--cell", "1:colour=red"], "cells.0.column: 'colour' is", id="unknown column"),
    ],
)
def test_a_fix_that_cannot_be_is_refused(command_line, failed, arguments, says):
    assert says in command_line.run("executions", "fix", failed.id, *arguments, exit_code=1).stderr


def test_what_is_processing_can_be_canceled_once(command_line, orders):
    command_line.engine.paused = True
    (orders / "inbox" / "june.csv").write_text("Number,Amount\nB-1,1\n")
    execution = command_line.execute("orders")
    assert command_line.run("executions", "cancel", execution.id).stdout == f"Execution {execution.id} is canceled.\n"
    again = command_line.run("executions", "cancel", execution.id, exit_code=1)
    assert again.stderr.startswith(f"Execution {execution.id} has already ended.\n")


def test_a_table_fits_the_terminal(command_line, failed, monkeypatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    row = [
        "3f2a91bc",
        "a pipeline with a long name",
        "SUCCESSFUL",
        "SCHEDULED",
        "1,000,000",
        "12",
        "2026-11-21 20:24",
    ]
    columns = ("Id", "Pipeline", "Status", "Trigger", "Rows", "Errors", "Made")
    output.print_table(columns, [row], numbers=("Rows",), flexible=("Pipeline",))
    lines = unstyle(screen.getvalue()).splitlines()
    assert max(map(len, lines)) <= 80
    assert "3f2a91bc" in lines[1]


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(0, "0 ms"), (999, "999 ms"), (1500, "1.5 s"), (200_000, "3 min 20 s"), (None, None)]
)
def test_durations_are_shown_as_a_person_says_them(milliseconds, shown):
    assert output.shown_duration(milliseconds) == shown


@pytest.mark.parametrize(
    ("size", "shown"), [(0, "0 bytes"), (999, "999 bytes"), (1200, "1.2 kB"), (5 * 10**15, "5000.0 TB")]
)
def test_sizes_are_shown_as_a_person_says_them(size, shown):
    assert output.shown_size(size) == shown
