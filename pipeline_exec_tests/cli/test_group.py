import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipeline_exec.cli import main
from pipeline_exec.cli.group import COMMANDS
from pipeline_exec.errors import Conflict, FieldProblem, InvalidDocument

PROGRAM = Path(sys.executable).with_name("pipeline-exec")


def test_help_is_fast_and_names_every_command():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5
    for name, sentence in COMMANDS.items():
        assert f"  {name:<12}{sentence}\n" in shown


def test_help_imports_nothing_that_is_slow():
    script = (
        "import sys; from pipeline_exec.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    loaded = set(shown.splitlines()[-1].split())
    assert not loaded & {"dagster", "pyarrow", "pandas", "sqlalchemy", "pydantic", "fastapi", "rich", "httpx", "yaml"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_explains_itself_and_takes_a_home(name):
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert "--home DIR" in result.stdout
    command = main.get_command(click.Context(main), name)
    assert command.help


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--home", "given", "keys", "list"], id="before the command"),
        pytest.param(["keys", "--home", "given", "list"], id="between"),
        pytest.param(["keys", "list", "--home", "given"], id="behind"),
        pytest.param(["--home", "other", "keys", "list", "--home", "given"], id="twice"),
    ],
)
def test_the_home_may_be_given_anywhere(command_line, arguments):
    homes = []

    def make(settings):
        homes.append(settings.home)
        return command_line.layer

    CliRunner().invoke(main, arguments, obj=make)
    assert homes == [Path("given")]


def test_the_environment_gives_the_home(command_line, monkeypatch):
    monkeypatch.setenv("PIPELINE_EXEC_HOME", "from-the-environment")
    homes = []

    def make(settings):
        homes.append(settings.home)
        return command_line.layer

    CliRunner().invoke(main, ["keys", "list"], obj=make)
    assert homes == [Path("from-the-environment")]


def refusing(error):
    def make(settings):
        raise error

    return CliRunner().invoke(main, ["keys", "list"], obj=make)


def test_an_error_is_a_sentence_and_a_remedy_on_stderr():
    result = refusing(Conflict("The cellar is full.", "Empty it."))
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "The cellar is full.\nEmpty it.\n")


def test_an_error_is_red_on_a_terminal():
    result = CliRunner().invoke(
        main, ["executions", "show", "x"], obj=lambda _: (_ for _ in ()).throw(Conflict("Full.")), color=True
    )
    assert result.stderr == click.style("Full.", fg="red") + "\n"


def test_problems_are_named_where_the_sentence_does_not():
    problems = [FieldProblem("a.b", "is missing"), FieldProblem("c", "is wrong")]
    result = refusing(InvalidDocument("The document is not valid: c: is wrong.", problems))
    assert result.stderr == "The document is not valid: c: is wrong.\n  a.b: is missing\n"


def test_a_wrong_setting_is_named(monkeypatch):
    monkeypatch.setenv("PIPELINE_EXEC_PORT", "many")
    result = CliRunner().invoke(main, ["keys", "list"])
    assert result.exit_code == 1
    assert "PIPELINE_EXEC_PORT" in result.stderr


def test_a_defect_is_a_sentence_too():
    result = refusing(ZeroDivisionError("division by zero"))
    assert result.exit_code == 1
    assert result.stderr == (
        "Something unexpected happened: ZeroDivisionError: division by zero.\n"
        "Run it again with --debug before the command's name.\n"
    )


def test_a_defect_shows_where_it_happened_when_asked():
    def make(settings):
        raise ZeroDivisionError

    assert "Traceback" in CliRunner().invoke(main, ["--debug", "keys", "list"], obj=make).stderr


def test_an_unknown_command_is_a_usage_error():
    result = CliRunner().invoke(main, ["exprot"])
    assert result.exit_code == 2
    assert "No such command 'exprot'" in result.stderr
