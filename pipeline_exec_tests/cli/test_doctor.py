import shutil
import socket

import pytest
from click.testing import CliRunner

from pipeline_exec.api.app import create_app
from pipeline_exec.cli import checks, main
from pipeline_exec.errors import Unavailable
from pipeline_exec_tests.api.conftest import serving


@pytest.fixture(autouse=True)
def free_port(monkeypatch):
    """An address nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("PIPELINE_EXEC_PORT", str(port))
    return port


def doctor(command_line, exit_code=0):
    """What each check found, by subject."""
    result = command_line.run("doctor", "--home", command_line.home, exit_code=exit_code)
    lines = [line for line in result.stdout.splitlines() if line.startswith(("ok", "FAIL"))]
    return {subject: found for subject, _, found in (line[6:].partition(": ") for line in lines)}, result


def test_all_is_well(command_line, orders):
    found, result = doctor(command_line)
    assert list(found) == [
        "Settings",
        "Home",
        "Disk",
        "Key",
        "Address",
        "Database",
        "Staging",
        "Secrets",
        "Connector 'orders-in'",
        "Connector 'orders-out'",
    ]
    assert result.stdout.endswith("All 10 checks passed.\n")


def test_a_plug_in_that_cannot_be_loaded_is_named(command_line, tmp_path, monkeypatch):
    info = tmp_path / "shouting-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[pipeline_exec.transformations]\nshout = builtins:str\nbroken = nowhere:nothing\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found, _ = doctor(command_line, exit_code=1)
    assert found["Plug-in shout"] == "transforms texts by builtins:str"
    assert found["Plug-in broken"].startswith("nowhere:nothing cannot be loaded: ModuleNotFoundError")


def test_a_connector_that_cannot_be_used_is_named_with_the_remedy(command_line, orders):
    shutil.rmtree(orders / "inbox")
    found, result = doctor(command_line, exit_code=1)
    assert str(orders / "inbox") in found["Connector 'orders-in'"]
    assert found["Connector 'orders-out'"] == "can be reached and used"
    assert "1 of 10 checks failed." in result.stderr


def test_a_deployment_that_was_never_started_is_not_made(tmp_path):
    result = CliRunner().invoke(main, ["doctor", "--home", str(tmp_path / "new")])
    assert result.exit_code == 0
    assert f"{tmp_path}/new is not there yet; the first start makes it" in result.stdout
    assert not (tmp_path / "new").exists()


def test_a_home_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "file").touch()
    result = CliRunner().invoke(main, ["doctor", "--home", str(tmp_path / "file" / "home")])
    assert result.exit_code == 1
    assert f"FAIL  Home: {tmp_path}/file is not a folder.\n      Set --home" in result.stdout


def test_a_wrong_setting_ends_the_examination(monkeypatch):
    monkeypatch.setenv("PIPELINE_EXEC_WORKERS", "many")
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert result.stdout.startswith("FAIL  Settings: The environment is not valid: PIPELINE_EXEC_WORKERS")


def test_a_key_others_can_read_is_a_problem(command_line):
    command_line.layer.ports.vault.seal("x")
    key = command_line.home / "secret.key"
    assert doctor(command_line)[0]["Key"] == str(key)
    key.chmod(0o644)
    found, result = doctor(command_line, exit_code=1)
    assert found["Key"] == f"Others than its owner can use the key file {key}."
    assert f"Run: chmod 600 {key}" in result.stdout


def test_a_key_from_the_environment_needs_no_file(command_line, monkeypatch):
    monkeypatch.setenv("PIPELINE_EXEC_SECRET_KEY", "open sesame")
    found, result = doctor(command_line)
    assert found["Key"] == "PIPELINE_EXEC_SECRET_KEY"
    assert "open sesame" not in result.output


def test_a_port_another_program_has_is_a_problem(command_line, free_port):
    with socket.create_server(("127.0.0.1", free_port), reuse_port=False):
        monkeypatched = checks.ANSWER_SECONDS
        try:
            checks.ANSWER_SECONDS = 0.2
            found, _ = doctor(command_line, exit_code=1)
        finally:
            checks.ANSWER_SECONDS = monkeypatched
    assert found["Address"] == f"The service cannot listen on 127.0.0.1:{free_port}: Address already in use."


def test_a_port_the_service_itself_has_is_fine(command_line, monkeypatch):
    with serving(create_app(command_line.layer)) as url:
        monkeypatch.setenv("PIPELINE_EXEC_PORT", url.rpartition(":")[2])
        assert doctor(command_line)[0]["Address"] == f"the service runs at {url}"


def test_a_database_that_cannot_be_opened_is_named(command_line):
    def broken(settings):
        raise Unavailable("The database cannot be opened.", "Start it.")

    result = CliRunner().invoke(main, ["doctor", "--home", str(command_line.home)], obj=broken)
    assert result.exit_code == 1
    assert "FAIL  Database: The database cannot be opened.\n      Start it.\n" in result.stdout


def test_too_little_room_is_a_problem(command_line, monkeypatch):
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 10**18)
    found, _ = doctor(command_line, exit_code=1)
    assert "are free at the home." in found["Disk"]
