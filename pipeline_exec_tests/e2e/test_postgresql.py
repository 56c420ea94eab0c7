"""The whole service with its store and Dagster's storages in PostgreSQL."""

import psycopg2
import pytest

from pipeline_exec_tests.e2e.rest import ROWS, ended, folder_pipeline, outputs, within
from pipeline_exec_tests.servers.running_service import running_service


@pytest.mark.slow
def test_everything_is_remembered_in_postgresql(tmp_path, inbox, outbox, postgres_server):
    url = postgres_server.database()
    home = tmp_path / "home"
    with running_service(home, PIPELINE_EXEC_DATABASE_URL=url) as service, service.client() as client:
        pipeline = folder_pipeline(client, inbox, outbox, trigger="TIME_BASE")
        (inbox / "people.csv").write_text(ROWS)
        (created,) = client.post("/dp/api/v1/execution/", json={"pipeline_id": pipeline["id"]}).json()["data"]
        execution = ended(client, created["id"])
        assert execution["status"] == "SUCCESSFUL"
        assert outputs(outbox)[0].read_text() == ROWS
        assert asked(url, "SELECT status FROM executions WHERE id = %s", execution["id"]) == "SUCCESSFUL"
        # The run ends a moment after the execution it did.
        run_status = "SELECT status FROM runs WHERE run_id = %s"
        within(10, lambda: asked(url, run_status, execution["run_id"]) == "SUCCESS")
    assert not list(home.rglob("*.db"))
    assert url.split("@")[0] not in (home / "dagster" / "dagster.yaml").read_text()


def asked(url, question, *parameters):
    """The one value a query answers."""
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    try:
        with connection.cursor() as cursor:
            cursor.execute(question, parameters)
            (value,) = cursor.fetchone()
            return value
    finally:
        connection.close()
