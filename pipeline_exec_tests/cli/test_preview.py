import gzip
import json
from zipfile import ZipFile

import pyarrow as pa
import pytest
from click.testing import CliRunner

from pipeline_exec.cli import main, output
from pipeline_exec_tests.cli.conftest import Terminal


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("Number;Amount\nA-1;10\nA-2;ten\n;30\n")
    return path


def test_a_file_is_shown_as_it_would_be_read(command_line, file):
    shown = command_line.run("preview", file).stdout
    assert 'delimiter   ;\nquote       "\nheader row  1\n' in shown
    assert "Number  Amount\nA-1     10\nA-2     ten\n        30\n" in shown


def test_only_so_many_rows_are_shown(command_line, file):
    shown = command_line.run("preview", file, "--rows", "1").stdout
    assert "A-1" in shown
    assert "A-2" not in shown


def test_with_a_pipeline_rows_are_mapped_and_checked(command_line, orders, file):
    shown = command_line.run("preview", file, "--pipeline", "orders").stdout
    assert "number  Number\namount  Amount\n" in shown
    assert "2 of 6 cells (33.33 %) are erroneous." in shown
    assert "  2  amount  ten    'ten' is not a number like 1234.56." in shown


def test_what_was_chosen_by_similarity_says_so(command_line, orders, file):
    model = orders / "orders.yaml"
    model.write_text(model.read_text().replace("key: amount", "key: invoiced_amount"))
    command_line.run("apply", "-f", orders)
    file.write_text("Number;Invoiced amounts\nA-1;10\n")
    shown = command_line.run("preview", file, "--pipeline", "orders").stdout
    assert "invoiced_amount  Invoiced amounts  (similar: 0." in shown
    seen = json.loads(command_line.run("preview", file, "--pipeline", "orders", "--json").stdout)
    assert [(match["target_column"], match["method"]) for match in seen["matches"]] == [
        ("number", "KEY"),
        ("invoiced_amount", "SIMILARITY"),
    ]
    assert seen["data"]["total_cells"] == 2


def test_standard_input_is_a_file_too(command_line):
    shown = CliRunner().invoke(main, ["preview", "-"], input="Number;Amount\nA-1;10\n").stdout
    assert "Number  Amount\nA-1     10\n" in shown


def test_nothing_is_executed_or_written(command_line, orders, file):
    command_line.run("preview", file, "--pipeline", "orders")
    assert command_line.run("executions", "list", "--json").stdout == "[]\n"
    assert not (orders / "outbox").exists()


def test_as_json_for_scripts(command_line, orders, file):
    seen = json.loads(command_line.run("preview", file, "--pipeline", "orders", "--json").stdout)
    assert seen["rows"][0] == {"number": "A-1", "amount": "10"}
    assert [finding["code"] for finding in seen["findings"]] == ["type.float", "required"]
    assert seen["sources"] == {"number": ["Number"], "amount": ["Amount"]}


def test_what_was_taken_for_an_option_is_shown(command_line, orders, file):
    model = orders / "orders.yaml"
    category = "column_type: category, options_matching: FUZZY, options: [{label: Special, value: S}]"
    model.write_text(model.read_text().replace("column_type: float", category, 1))
    command_line.run("apply", "-f", orders)
    file.write_text("Number;Amount\nA-1;Specal\n")

    assert "Guessed in amount:\nSpecal  S\n" in command_line.run("preview", file, "--pipeline", "orders").stdout
    seen = json.loads(command_line.run("preview", file, "--pipeline", "orders", "--json").stdout)
    assert seen["guesses"] == {"amount": {"Specal": "S"}}


def test_options_are_laid_over_those_of_the_pipeline(command_line, orders, file):
    options = '{"encoding": "cp1252"}'
    result = command_line.run("preview", file, "--pipeline", "orders", "--options", options)
    assert "encoding    cp1252\n" in result.stdout


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(bytes(range(256)) * 8, "The file holds binary data, not text.", id="binary"),
        pytest.param(b"", "The file is empty.", id="empty"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(command_line, file, content, says):
    file.write_bytes(content)
    assert command_line.run("preview", file, exit_code=1).stderr.startswith(says)


def test_an_unknown_pipeline_is_answered_with_those_there_are(command_line, orders, file):
    result = command_line.run("preview", file, "--pipeline", "ordres", exit_code=1)
    assert result.stderr == "There is no pipeline 'ordres'.\nThere are: orders.\n"


def test_on_a_narrow_terminal_wide_rows_stand_below_one_another(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "40")
    columns = [f"column {number}" for number in range(9)]
    output.print_records(columns, [dict.fromkeys(columns, "x")])
    assert "Row 1" in screen.getvalue()
    assert "column 8  x\n" in screen.getvalue()


@pytest.mark.parametrize(
    ("name", "compression"), [("orders.csv.gz", "gzip"), ("orders.csv.zst", "zstd"), ("orders.zip", "zip")]
)
def test_a_compressed_file_is_shown_as_what_is_in_it(command_line, file, name, compression):
    packed = packed_as(compression, file, file.with_name(name))
    seen = json.loads(command_line.run("preview", packed, "--json").stdout)
    assert seen["rows"][0] == {"Number": "A-1", "Amount": "10"}
    assert seen["dialect"]["compression"] == compression


def test_of_an_archive_the_first_file_is_shown_and_the_others_are_named(command_line, file):
    packed = packed_as("zip", file, file.with_name("orders.zip"), "notes.txt", "more.csv")
    shown = command_line.run("preview", packed).stdout
    assert "member         orders.csv\n" in shown
    assert 'other members  ["notes.txt", "more.csv"]\n' in shown
    assert "A-1     10" in shown


def test_a_file_made_to_do_harm_is_refused_by_the_limit_it_exceeds(command_line, tmp_path):
    bomb = tmp_path / "bomb.gz"
    bomb.write_bytes(gzip.compress(bytes(70 * 1024**2)))
    result = command_line.run("preview", bomb, exit_code=1)
    assert "PIPELINE_EXEC_MAX_UNPACK_RATIO" in result.output


def packed_as(compression, file, target, *others):
    content = file.read_bytes()
    match compression:
        case "gzip":
            target.write_bytes(gzip.compress(content))
        case "zstd":
            target.write_bytes(pa.compress(content, codec="zstd", asbytes=True))
        case _:
            with ZipFile(target, "w") as archive:
                archive.write(file, file.name)
                for other in others:
                    archive.writestr(other, "")
    return target
