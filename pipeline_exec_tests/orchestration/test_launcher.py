"""The launcher and the runs that were never sent to a worker."""

from dagster._core.launcher import WorkerStatus

from pipeline_exec.model.execution import ExecutionTrigger


def test_dagster_leaves_a_run_in_the_foreground_alone(folders):
    pipeline = folders.pipeline()
    folders.drop("orders.csv")
    (execution,) = folders.layer.executions.record(pipeline, ExecutionTrigger.MANUAL, folders.owner, None)
    folders.engine.execute(execution, folders.layer.lifecycle.job(execution))
    run = folders.instance.get_run_by_id(execution.log.run_id)
    launcher = folders.instance.run_launcher

    assert launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
    assert launcher.terminate(run.run_id) is False
