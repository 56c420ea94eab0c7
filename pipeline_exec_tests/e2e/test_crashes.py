"""Parts of the service killed while files arrive: every file is executed once, none is left behind."""

import time

import pytest

from pipeline_exec_tests.e2e.rest import ROWS, folder_pipeline, outputs, settled
from pipeline_exec_tests.servers.running_service import running_service

FILES = 100
KILLED = ("daemon", "worker", "api", "code-server")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hundred_files_survive_the_death_of_every_part(tmp_path, inbox, outbox):
    with running_service(tmp_path / "home", PIPELINE_EXEC_LOST_AFTER_SECONDS="5") as service, service.client() as client:
        pipeline = folder_pipeline(client, inbox, outbox)
        for number in range(FILES // 2):
            drop(inbox, number)
        for number in range(FILES // 2, FILES):
            drop(inbox, number)
            if number % 12 == 5:
                service.kill(KILLED[number // 12 % len(KILLED)])
                time.sleep(0.5)
        crashed = time.monotonic()
        executions = settled(client, pipeline["id"], FILES, seconds=150)
        print(f"settled {time.monotonic() - crashed:.1f} s after the last crash")

        assert [execution["status"] for execution in executions] == ["SUCCESSFUL"] * FILES
        assert len({execution["source"]["name"] for execution in executions}) == FILES
        delivered = outputs(outbox)
        assert len(delivered) == FILES
        assert {path.name.split("_")[0] for path in delivered} == {f"file{number:03}" for number in range(FILES)}


def drop(inbox, number):
    """Rename a whole file into the folder."""
    part = inbox / f".{number}.part"
    part.write_text(ROWS)
    part.rename(inbox / f"file{number:03}.csv")
