import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from pipeline_exec.cli import main


def parse(*arguments, exit_code=0):
    result = CliRunner().invoke(main, ["parse", *[str(argument) for argument in arguments]])
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return result


def told(result):
    """What is on stderr: one JSON object a line, by file."""
    return {line.pop("file"): line for line in map(json.loads, result.stderr.splitlines())}


@pytest.fixture
def file(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("content", "clean"),
    [
        pytest.param("a;b\r\n1;2\r\n", "a,b\n1,2\n", id="semicolons and CRLF"),
        pytest.param("a\tb\n1\t2,5\n", 'a,b\n1,"2,5"\n', id="tabulators around a comma"),
        pytest.param('a,b\n"say ""hi""","two\nlines"\n', 'a,b\n"say ""hi""","two\nlines"\n', id="line breaks"),
        pytest.param("a,b\n007,1.50\n", "a,b\n007,1.50\n", id="values stay text"),
        pytest.param("Größe;Maß\nä;ö\n".encode("cp1252"), "Größe,Maß\nä,ö\n", id="another encoding"),
        pytest.param("1,2,3\n4,5,6\n", "1,2,3\n4,5,6\n", id="no header"),
        pytest.param("name,name, age \nx,y,3\n", "name,name, age \nx,y,3\n", id="the header as it was found"),
        pytest.param("a,b\n1,2,3\n4,5,6\n", "a,b\n1,2,3\n4,5,6\n", id="a header with fewer cells than the rows"),
        pytest.param("a,,\n1,2,3\n4,5,6\n", "a,,\n1,2,3\n4,5,6\n", id="a header with empty cells"),
        pytest.param(
            "Title Author Genre\nA B,C D,poem\nE F,C D,poem\nA B,G,tale\n",
            "Title,Author,Genre\nA B,C D,poem\nE F,C D,poem\nA B,G,tale\n",
            id="a header of text between spaces above text",
        ),
        pytest.param(
            "Report of May\nt,a,g\nA B,C D,poem\nE F,C D,poem\nA B,G,tale\n",
            "t,a,g\nA B,C D,poem\nE F,C D,poem\nA B,G,tale\n",
            id="a title of as many words as there are columns",
        ),
        pytest.param("Report of May\n\na,b\n1,2\n3,4\n", "a,b\n1,2\n3,4\n", id="a title above the header"),
        pytest.param("a,b\n1,\n,2\n", "a,b\n1,\n,2\n", id="empty cells"),
    ],
)
def test_a_clean_csv_comes_out(file, content, clean):
    assert parse(file(content)).stdout == clean


def test_how_the_file_was_read_stands_on_stderr(file):
    path = file("a;b\n1;2\n")
    dialect = told(parse(path))[str(path)]
    assert (dialect["format"], dialect["delimiter"], dialect["encoding"], dialect["header_row"]) == (
        "csv",
        ";",
        "utf-8",
        1,
    )


def test_options_say_how_to_read(file):
    assert parse(file("1;2\n3;4\n"), "--options", '{"header_row": 1, "delimiter": ","}').stdout == "1;2\n3;4\n"


@pytest.mark.parametrize(
    ("options", "exit_code", "says"),
    [
        pytest.param("{", 2, "this is not JSON", id="broken"),
        pytest.param('{"colour": 1}', 1, "options.colour: is not a known attribute", id="unknown"),
        pytest.param('{"header_row": "x"}', 1, "options.header_row", id="wrong"),
    ],
)
def test_wrong_options_are_refused(file, options, exit_code, says):
    assert says in parse(file("a\n1\n"), "--options", options, exit_code=exit_code).stderr


def test_a_folder_in_gives_a_folder_out(file, tmp_path):
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    file("a;b\n1;2\n", "in/one.csv")
    file('[{"a": 1, "b": {"c": "x"}}]', "in/deeper/two.json")
    file("hidden", "in/.hidden.csv")
    book = Workbook()
    for row in (["a", "b"], [1, "x"]):
        book.active.append(row)
    book.save(tmp_path / "in" / "three.xlsx")
    result = parse(tmp_path / "in", "-o", tmp_path / "out")
    written = {str(path.relative_to(tmp_path / "out")): path.read_text() for path in (tmp_path / "out").rglob("*.*")}
    assert written == {"one.csv": "a,b\n1,2\n", "deeper/two.json": "a,b.c\n1,x\n", "three.xlsx": "a,b\n1,x\n"}
    assert list(told(result)) == ["deeper/two.json", "one.csv", "three.xlsx"]


def test_what_cannot_be_parsed_is_told_with_its_type_and_does_not_stop_the_others(file, tmp_path):
    (tmp_path / "in").mkdir()
    file(bytes(range(256)) * 8, "in/binary.csv")
    file("", "in/empty.csv")
    file('{"a": [', "in/broken.json")
    file("a,b\n1,2\n", "in/whole.csv")
    (tmp_path / "in" / "gone.csv").symlink_to(tmp_path / "nowhere")
    result = parse(tmp_path / "in", "-o", tmp_path / "out", exit_code=1)
    types = {name: what.get("error", {}).get("type") for name, what in told(result).items()}
    assert types == {
        "binary.csv": "PARSING_FAILURE",
        "empty.csv": "SOURCE_DATA_EMPTY",
        "broken.json": "PARSING_FAILURE",
        "whole.csv": None,
    }
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {
        "empty.csv": "",
        "whole.csv": "a,b\n1,2\n",
    }


def test_a_header_without_rows_is_written_and_told_as_an_error(file, tmp_path):
    result = parse(file("id,name\n"), "-o", tmp_path / "out.csv", exit_code=1)
    assert told(result)[str(tmp_path / "data.csv")]["error"]["type"] == "SOURCE_DATA_EMPTY"
    assert (tmp_path / "out.csv").read_text() == "id,name\n"


def test_surplus_cells_are_further_cells_of_their_row(file, tmp_path):
    parse(file('a;b\n1;2\n3;4;"x;y";,\n5\n'), "-o", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == 'a,b\n1,2\n3,4,x;y,","\n5,\n'


def test_a_file_that_is_broken_in_the_middle_leaves_no_output(file, tmp_path):
    broken = file(("a,b\n" + "1,2\n" * 300_000).encode("utf-16") + b"\x00\xdc\n\x00")
    result = parse(broken, "-o", tmp_path / "out.csv", exit_code=1)
    assert told(result)[str(broken)]["error"]["type"] == "PARSING_FAILURE"
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def test_a_file_goes_into_a_folder_under_its_own_name(file, tmp_path):
    (tmp_path / "out").mkdir()
    parse(file("a\n1\n"), "-o", tmp_path / "out")
    assert (tmp_path / "out" / "data.csv").read_text() == "a\n1\n"


def test_an_output_inside_the_input_is_not_parsed_again(file, tmp_path):
    file("a\n1\n")
    parse(tmp_path, "-o", tmp_path / "out")
    parse(tmp_path, "-o", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["data.csv"]


@pytest.mark.parametrize("output", [[], ["-o", "."]], ids=["nowhere", "itself"])
def test_a_folder_is_parsed_into_another_folder(tmp_path, output, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "A folder is parsed into another folder" in parse(".", *output, exit_code=2).stderr


def test_a_file_is_not_parsed_into_itself(file):
    path = file("a;b\n1;2\n")
    assert "A file is not parsed into itself" in parse(path, "-o", path, exit_code=2).stderr
    assert path.read_text() == "a;b\n1;2\n"


def test_an_output_that_cannot_be_written_is_told(file, tmp_path):
    path = file("a\n1\n")
    result = parse(path, "-o", path / "below", exit_code=1)
    assert told(result)[str(path)]["error"]["type"] == "WRITE_FILE_FAILURE"


def test_no_home_is_made(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parse(file("a\n1\n"))
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def from_stdin(content, *arguments, exit_code=0):
    result = CliRunner().invoke(main, ["parse", "-", *[str(argument) for argument in arguments]], input=content)
    assert result.exit_code == exit_code, result.output
    return result


def test_standard_input_is_a_file_too(tmp_path):
    content = gzip.compress(b"a;b\n1;2\n")

    assert from_stdin(content).stdout == "a,b\n1,2\n"

    result = from_stdin(content, "-o", tmp_path / "clean.csv")
    assert (tmp_path / "clean.csv").read_text() == "a,b\n1,2\n"
    assert told(result)["-"]["compression"] == "gzip"


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [(b"", "SOURCE_DATA_EMPTY", "empty"), (b"%PDF-1.4", "PARSING_FAILURE", "The file - is a PDF document.")],
    ids=["nothing", "no table"],
)
def test_standard_input_that_cannot_be_parsed_is_told(content, error, says):
    failed = told(from_stdin(content, exit_code=1))["-"]["error"]
    assert failed["type"] == error
    assert says in failed["message"]


def test_standard_input_needs_a_name_in_a_folder(tmp_path):
    assert "name a file with -o" in from_stdin(b"a\n1\n", "-o", tmp_path, exit_code=2).stderr


def test_what_is_cut_off_by_its_reader_ends_without_a_word(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("name,number\n" + "Ada,1\n" * 300_000)
    program = Path(sys.executable).with_name("pipeline-exec")
    with subprocess.Popen([program, "parse", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parsing:
        assert parsing.stdout.readline() == b"name,number\n"
        parsing.stdout.close()
        assert parsing.stderr.read() == b""
    assert parsing.returncode == 1


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=5)


@given(rows=st.lists(st.tuples(CELLS, st.sampled_from(["1", "2.5", "30"])), min_size=1, max_size=4))
def test_what_is_clean_stays_as_it_is(rows, tmp_path):
    path = tmp_path / "clean.csv"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("some name", "amount"), *rows])
    path.write_text(text.getvalue(), newline="")
    options = json.dumps({"header_row": 1, "delimiter": ",", "quote": '"', "encoding": "utf-8"})
    parsed = parse(path, "--options", options).stdout
    assert list(csv.reader(io.StringIO(parsed, newline=""))) == [["some name", "amount"], *map(list, rows)]
