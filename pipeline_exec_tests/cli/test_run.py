"""``run``: a pipeline executed in the foreground, as a real Dagster run, without a service."""

import io
import signal
from zipfile import ZipFile

from click.testing import CliRunner

from pipeline_exec.cli import main
from pipeline_exec.errors import ErrorType, SourceUnresponsive
from pipeline_exec.model.query import Query
from pipeline_exec.services.arrivals import ArrivalService
from pipeline_exec.services.deliveries import DeliveryService


def run(folders, *arguments):
    return CliRunner().invoke(main, ["run", *arguments], obj=lambda settings: folders.layer)


def test_what_waits_is_executed_and_its_end_is_printed(folders):
    folders.pipeline()
    folders.drop("a.csv")
    folders.drop("b.csv")
    result = run(folders, "Orders")
    assert result.exit_code == 0, result.output
    assert result.output.count("SUCCESSFUL") == 2
    assert len(folders.written()) == 2


def test_a_file_can_be_given_wherever_it_is(folders, tmp_path):
    folders.pipeline()
    file = tmp_path / "elsewhere.csv"
    file.write_text("id,name\n1,Ada\n")
    result = run(folders, "Orders", "--file", str(file))
    assert result.exit_code == 0, result.output
    assert folders.written() == ["id,name\n1,Ada\n"]


def test_each_file_of_an_archive_is_executed_and_its_end_is_printed(folders, tmp_path):
    folders.pipeline()
    with ZipFile(tmp_path / "orders.zip", "w") as archive:
        for name in ("Ada", "Grace"):
            archive.writestr(f"{name}.csv", f"id,name\n1,{name}\n")
    result = run(folders, "Orders", "--file", str(tmp_path / "orders.zip"))
    assert result.exit_code == 0, result.output
    assert result.output.count("SUCCESSFUL") == 2
    assert folders.written() == ["id,name\n1,Ada\n", "id,name\n1,Grace\n"]


def test_what_a_source_answers_in_an_archive_is_executed_whole(folders, monkeypatch):
    """The first file by the execution that asks, the others by those recorded beside it."""
    folders.pipeline()
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        for name in ("Ada", "Grace", "Linus"):
            archive.writestr(f"{name}.csv", f"id,name\n1,{name}\n")
    (folders.inbox / "orders.zip").write_bytes(packed.getvalue())

    def away(*_, **__):
        raise SourceUnresponsive("The folder does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(ArrivalService, "collect", away)
        result = run(folders, "Orders")

    assert result.exit_code == 0, result.output
    assert result.output.count("SUCCESSFUL") == 3
    assert len(folders.written()) == 3


def test_a_failed_execution_is_exit_code_1(folders):
    folders.pipeline()
    folders.drop("a.csv", "id,name\nx,Ada\n")
    result = run(folders, "Orders")
    assert result.exit_code == 1
    assert "FAILED" in result.output


def test_a_failed_execution_is_explained_without_a_stack_trace(folders, capfd):
    folders.pipeline()
    folders.drop("a.csv", "id,name\nx,Ada\n")
    result = run(folders, "Orders")
    assert "ERROR_THRESHOLD_EXCEEDED: 1 of 2 cells" in result.output
    for printed in (result.output, *capfd.readouterr()):
        assert "Stack Trace" not in printed
        assert "Traceback" not in printed


def test_an_unknown_pipeline_is_refused_with_those_there_are(folders):
    folders.pipeline()
    result = run(folders, "Odrers")
    assert result.exit_code == 1
    assert "'Odrers'" in result.output
    assert "Orders" in result.output


def test_an_empty_folder_is_nothing_to_execute(folders):
    folders.pipeline()
    result = run(folders, "Orders")
    assert result.exit_code == 0
    assert "nothing to execute" in result.output


def test_ctrl_c_ends_the_execution_though_no_service_is_there_to_notice(folders, monkeypatch):
    folders.pipeline()
    folders.drop("a.csv")
    monkeypatch.setattr(DeliveryService, "deliver", lambda *_: signal.raise_signal(signal.SIGINT))
    result = run(folders, "Orders")
    assert (result.exit_code, result.stdout) == (1, "")
    (execution,) = folders.layer.executions.find(Query()).items
    assert execution.failure.type is ErrorType.CANCELED
