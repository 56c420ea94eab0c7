import statistics
import time
from datetime import timedelta

from pipeline_exec.model.execution import Progress, Stage
from pipeline_exec_tests.builders import NOON, a_pipeline, add_all, add_surroundings, an_execution


def test_the_whole_life_of_an_execution_costs_a_few_milliseconds(sqlite_store, store):
    pipeline = a_pipeline()
    with store.writing() as tx:
        add_surroundings(tx)
        add_all(tx, pipeline)
    costs = [cost_of_life(store, an_execution(pipeline)) for _ in range(20)]
    # About 3 ms on a machine of 2024; the processor's time, so that a busy machine does not fail the test.
    assert statistics.median(costs) < 0.02


def cost_of_life(store, execution):
    begun = time.process_time()
    with store.writing() as tx:
        tx.executions.add(execution)
    with store.writing() as tx:
        assert tx.executions.claim(execution.log.id, NOON, NOON - timedelta(seconds=15))
    with store.writing() as tx:
        assert tx.executions.fence(execution.log.id, execution.log.run_id, NOON)
    for stage in Stage:
        with store.writing() as tx:
            tx.executions.advance(execution, Progress(stage=stage, rows=1))
    with store.writing() as tx:
        assert tx.executions.finish(execution.succeeded(NOON))
    return time.process_time() - begun
