"""The execution of a wrapper over HTTP: answered when it has ended, in the words its clients know."""

from __future__ import annotations

from fastapi import Request

from pipeline_exec.api.dependencies import Caller, Layer
from pipeline_exec.api.paths import WRAPPERS
from pipeline_exec.api.rest.router import WRAPPER_REFUSALS, Responses, SlashTolerantRouter
from pipeline_exec.api.views.envelope import WrapperProblem
from pipeline_exec.api.views.wrapper import ExecuteView
from pipeline_exec.errors import ErrorType, InvalidDocument, NotFound, Unavailable
from pipeline_exec.model.execution import Execution, Failure
from pipeline_exec.model.identity import WrapperId
from pipeline_exec.services.stages import FILE_NOT_FOUND

router = SlashTolerantRouter(prefix=WRAPPERS, tags=["wrappers"], responses=WRAPPER_REFUSALS)

SUCCEEDED = "Wrapper executed successfully"
NOT_FOUND = "Wrapper not found"

UNREACHABLE = (ErrorType.SOURCE_UNRESPONSIVE, ErrorType.DESTINATION_UNRESPONSIVE)

_OUTCOMES: Responses = {
    400: {"model": WrapperProblem, "description": "The wrapper, its file or its source says no."},
    503: {"model": WrapperProblem, "description": "The source or the destination cannot be reached."},
}


@router.post("/{wrapper_id}/execute", responses=_OUTCOMES)
async def execute(wrapper_id: WrapperId, request: Request, layer: Layer, caller: Caller) -> ExecuteView:
    """Read the wrapper's source and send its points to the destination; answers when that has ended."""
    try:
        execution = await request.app.state.executes.run(layer.wrappers.execute, wrapper_id, caller)
    except NotFound as error:
        raise InvalidDocument(f"Execution error: {NOT_FOUND}") from error
    except Unavailable as error:
        raise Unavailable(f"Service unavailable: {error.what}", error.remedy) from error
    return _answer(wrapper_id, execution)


def _answer(wrapper_id: WrapperId, execution: Execution) -> ExecuteView:
    """How an ended execution is answered: 200 once its source was read, whatever came of it."""
    failure, counts = execution.failure, execution.log.counts
    if failure is not None:
        _refuse_if_unread(execution, failure)
    return ExecuteView(
        wrapper_id=wrapper_id,
        success=failure is None,
        message=failure.message if failure else SUCCEEDED,
        data_points_sent=counts.total_rows if counts and not failure else None,
        execution_time=execution.log.ended_at or execution.log.started_on,
    )


def _refuse_if_unread(execution: Execution, failure: Failure) -> None:
    """Raise what the API's document says of an execution that could not reach an end, or had nothing to read.

    Raises:
        Unavailable: the source or the destination cannot be reached, or the worker died before it read anything.
        InvalidDocument: the wrapper is not valid, its file is not there, or its source said no.
    """
    was_read = execution.source is not None
    if failure.transient and failure.type in UNREACHABLE:
        raise Unavailable(f"Service unavailable: {failure.message}")
    if was_read or failure.type is ErrorType.CANCELED:
        return
    if failure.type is ErrorType.INTERNAL_ERROR:
        raise Unavailable(f"Service unavailable: {failure.message}")
    # The document has this text without a remedy, and clients may compare it.
    is_absent = failure.message.startswith(FILE_NOT_FOUND)
    raise InvalidDocument(f"Execution error: {FILE_NOT_FOUND if is_absent else failure.message}")
