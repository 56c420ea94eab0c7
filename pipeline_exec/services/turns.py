"""Turns: a wrapper is executed by one execution at a time, and shows how the latest of them fares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from pipeline_exec.errors import NotFound
from pipeline_exec.model.execution import Execution
from pipeline_exec.model.wrapper import Wrapper, WrapperLogLine, WrapperStatus
from pipeline_exec.ports import Transaction


@dataclass(frozen=True)
class Written:
    """What an execution delivered."""

    rows: int
    earliest: datetime | None = None
    """Of a wrapper's points."""
    latest: datetime | None = None


def begin_turn(tx: Transaction, execution: Execution, at: datetime) -> bool:
    """Give a wrapper to an execution of it; false while another has it, or when it is gone.

    Executions of pipelines take no turns.
    """
    if execution.wrapper_id is None:
        return True
    try:
        is_free = tx.wrappers.occupy(execution.wrapper_id, execution.id)
    except NotFound:
        return False
    if is_free:
        wrapper = tx.wrappers.get(execution.wrapper_id)
        tx.wrappers.save(replace(wrapper, status=WrapperStatus.EXECUTING, phase="executing"))
        line = WrapperLogLine(at=at, level="INFO", message="The execution started.")
        tx.wrappers.append_log(wrapper.id, line)
    return is_free


def end_turn(tx: Transaction, execution: Execution, written: Written | None, at: datetime) -> None:
    """Carry an execution's end into its wrapper; ``written`` is None when it failed.

    A no-op for executions of pipelines, and for a wrapper that is gone.
    """
    if execution.wrapper_id is None:
        return
    try:
        wrapper = tx.wrappers.get(execution.wrapper_id)
    except NotFound:
        return
    after, line = _completed(wrapper, written, at) if written else _failed(wrapper, execution, at)
    tx.wrappers.save(after)
    tx.wrappers.append_log(wrapper.id, line)
    tx.wrappers.release(wrapper.id, execution.id)


def _failed(wrapper: Wrapper, execution: Execution, at: datetime) -> tuple[Wrapper, WrapperLogLine]:
    message = execution.failure.message if execution.failure else "The execution failed."
    after = replace(wrapper, status=WrapperStatus.ERROR, error_message=message, phase="idle")
    return after, WrapperLogLine(at=at, level="ERROR", message=message)


def _completed(wrapper: Wrapper, written: Written, at: datetime) -> tuple[Wrapper, WrapperLogLine]:
    latest = [moment for moment in (wrapper.high_water_mark, written.latest) if moment]
    earliest = [moment for moment in (wrapper.low_water_mark, written.earliest) if moment]
    after = replace(
        wrapper,
        status=WrapperStatus.COMPLETED,
        error_message=None,
        phase="idle",
        last_data_sent=at,
        data_points_count=wrapper.data_points_count + written.rows,
        high_water_mark=max(latest, default=None),
        low_water_mark=min(earliest, default=None),
    )
    return after, WrapperLogLine(at=at, level="INFO", message=f"Sent {written.rows} data points.")
