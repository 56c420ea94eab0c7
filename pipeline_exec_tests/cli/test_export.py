import pytest

from pipeline_exec_tests.cli.conftest import ORDERS

WEATHER = """
kind: Wrapper
name: Weather of Seattle
source_type: CSV
source_config: {file: weather.csv, time_column: at, value_columns: [t]}
destination: {connector: orders-out}
"""


@pytest.fixture
def applied(command_line, tmp_path):
    (tmp_path / "weather.csv").write_text("at,t\n2026-01-01,1\n2026-01-02,2\n")
    (tmp_path / "all.yaml").write_text(f"{ORDERS}---{WEATHER}")
    command_line.run("apply", "-f", tmp_path / "all.yaml")
    return command_line


def unchanged(result):
    return {line.split()[0] for line in result.stdout.splitlines()} == {"unchanged"}


def test_what_is_exported_to_stdout_changes_nothing_when_it_is_applied(applied, tmp_path):
    (tmp_path / "exported.yaml").write_text(applied.run("export").stdout)
    assert unchanged(applied.run("apply", "-f", tmp_path / "exported.yaml"))


def test_what_is_exported_to_a_folder_changes_nothing_when_it_is_applied(applied, tmp_path):
    folder = tmp_path / "exported"
    applied.run("export", "-o", folder)
    assert sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()) == [
        "connectors.yaml",
        "files/weather_of_seattle/weather.csv",
        "pipelines.yaml",
        "target_data_models.yaml",
        "wrappers.yaml",
    ]
    assert unchanged(applied.run("apply", "-f", folder))


def test_a_later_export_forgets_what_is_gone(applied, tmp_path):
    folder = tmp_path / "exported"
    applied.run("export", "-o", folder)
    (wrapper,) = applied.layer.wrappers.page(0, 1).items
    applied.layer.wrappers.delete(wrapper.id)
    applied.run("export", "-o", folder)
    assert not (folder / "wrappers.yaml").exists()


def test_a_folder_that_cannot_be_made_is_named(applied, tmp_path):
    result = applied.run("export", "-o", tmp_path / "weather.csv" / "exported", exit_code=1)
    assert "exported cannot be written: Not a directory.\nChoose another folder.\n" in result.stderr
