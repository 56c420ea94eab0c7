"""Private parts of Dagster and Celery that are relied on: an upgrade that moves one fails here, loudly."""

import inspect

from dagster import DagsterInstance
from dagster._api import snapshot_repository
from dagster._core.execution.api import execute_run_iterator
from dagster._core.remote_representation import code_location as remote_code_location
from dagster._core.scheduler.instigation import InstigatorState, ScheduleInstigatorData
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._daemon import sensor
from dagster._daemon.controller import DagsterDaemonController, daemon_controller_from_instance
from dagster._grpc.server import DagsterApiServer, LoadedRepositories
from dagster_celery.launcher import CeleryRunLauncher
from kombu.transport import filesystem


def source(thing):
    return inspect.getsource(thing)


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_the_code_server_keeps_its_repositories_and_its_id_where_a_reload_swaps_them():
    assert parameters(DagsterApiServer.ReloadCode) == ["self", "_request", "_context"]
    assert parameters(LoadedRepositories.update_repo_defs) == ["self", "new_repo_defs_by_name"]
    constructed = source(DagsterApiServer.__init__)
    for attribute in ("self._server_id", "self._loaded_repositories", "self._reload_lock"):
        assert attribute in constructed
    assert "self._server_id" in source(DagsterApiServer.GetServerId)


def test_clients_of_the_code_server_ask_for_snapshots_by_the_name_that_is_replaced():
    stock = snapshot_repository.sync_get_external_repositories_data_grpc
    assert parameters(stock) == ["api_client", "code_location", "defer_snapshots"]
    asked = source(remote_code_location.GrpcServerCodeLocation.__init__)
    assert "import sync_get_external_repositories_data_grpc" in asked


def test_the_daemon_reads_the_length_of_its_sensor_loop_at_each_turn():
    assert "MIN_INTERVAL_LOOP_TIME" in source(sensor.execute_sensor_iteration_loop)
    assert parameters(daemon_controller_from_instance)[:1] == ["instance"]
    assert "workspace_load_target" in parameters(daemon_controller_from_instance)
    for check in ("check_daemon_threads", "check_daemon_heartbeats"):
        assert callable(getattr(DagsterDaemonController, check))


def test_a_run_is_created_and_launched_without_a_workspace():
    created = parameters(DagsterInstance.create_run)
    for argument in ("run_id", "step_keys_to_execute", "execution_plan_snapshot", "parent_run_id", "remote_job_origin"):
        assert argument in created
    assert parameters(DagsterInstance.launch_run) == ["self", "run_id", "workspace"]
    assert parameters(execute_run_iterator)[:3] == ["job", "dagster_run", "instance"]


def test_the_state_of_a_schedule_is_what_the_scheduler_writes():
    assert parameters(ScheduleInstigatorData)[:2] == ["cron_schedule", "start_timestamp"]
    assert parameters(InstigatorState)[:4] == ["origin", "instigator_type", "status", "instigator_data"]


def test_the_sqlite_storages_connect_where_the_pool_takes_over():
    assert callable(SqliteRunStorage.connect)
    assert callable(SqliteScheduleStorage.connect)
    assert callable(ConsolidatedSqliteEventLogStorage._connect)
    for storage in (SqliteRunStorage, SqliteScheduleStorage, ConsolidatedSqliteEventLogStorage):
        assert "self._conn_string" in source(storage)


def test_the_ui_asks_its_workspace_for_a_context_with_whoever_asks():
    assert parameters(WorkspaceProcessContext.create_request_context) == ["self", "source"]
    assert parameters(WorkspaceProcessContext.refresh_code_location) == ["self", "name"]


def test_the_launcher_finds_the_task_by_the_tag_that_is_written():
    assert "DAGSTER_CELERY_TASK_ID_TAG" in source(CeleryRunLauncher.terminate)
    assert "DAGSTER_CELERY_TASK_ID_TAG" in source(CeleryRunLauncher.check_run_worker_health)


def test_the_broker_in_a_folder_sends_by_the_method_that_is_replaced():
    assert parameters(filesystem.Channel._put)[:3] == ["self", "queue", "payload"]
