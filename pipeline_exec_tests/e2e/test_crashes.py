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
    quick = {"PIPELINE_EXEC_LOST_AFTER_SECONDS": "5"}
    with running_service(tmp_path / "home", **quick) as service, service.client() as client:
        pipeline = folder_pipeline(client, inbox, outbox)
        for number in range(FILES // 2):
            drop(inbox, number)
        for number in range(FILES // 2, FILES):
            drop(inbox, number)
            if number % 12 == 5:
                service.kill(KILLED[number // 12 % len(KILLED)])
                time.sleep(0.5)
        executions = settled(client, pipeline["id"], FILES, seconds=150)

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


def test_the_health_names_the_part_that_is_gone_until_it_is_back(tmp_path):
    with running_service(tmp_path / "home") as service, service.client() as client:
        assert client.get("/management/health").status_code == 200
        service.kill("code-server")
        seen = []
        deadline = time.monotonic() + 30
        while not (seen and seen[-1].status_code == 200 and any(answer.status_code == 503 for answer in seen)):
            assert time.monotonic() < deadline, [answer.text for answer in seen]
            seen.append(client.get("/management/health"))
            time.sleep(0.2)
        (first, *_) = [answer for answer in seen if answer.status_code == 503]
        assert "code server" in first.text


def test_a_service_in_the_background_of_a_script_stops_at_sigint(tmp_path):
    with running_service(tmp_path / "home") as service:
        assert service.interrupt() == 0
        assert service.said.endswith("Stopped.\n")
