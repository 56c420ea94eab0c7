"""The house: imports point down, and each framework is known where it belongs."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from pipeline_exec_tests.architecture.modules import PROJECT


def test_every_contract_of_the_house_is_kept(monkeypatch):
    monkeypatch.chdir(PROJECT)

    assert lint_imports(config_filename=".importlinter", no_cache=True) == EXIT_STATUS_SUCCESS
