"""Executions over HTTP: made, read, fixed, canceled, and what came in and went out downloaded."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header
from pydantic import Field
from starlette.responses import Response

from pipeline_exec.api.dependencies import LISTING, Caller, Layer, Listing
from pipeline_exec.api.downloads import file_download
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.views.envelope import Data, Listed, listed
from pipeline_exec.api.views.execution import ExecutionSummary, ExecutionView, TriggeredView
from pipeline_exec.model.document import Document
from pipeline_exec.model.execution import CellEdit, Execution
from pipeline_exec.model.identity import ExecutionId, PipelineId
from pipeline_exec.services.layer import ServiceLayer

router = SlashTolerantRouter(prefix="/execution", tags=["executions"], responses=REFUSALS)


class CreateExecution(Document):
    """Which pipeline to execute."""

    pipeline_id: PipelineId


class RepairedCell(Document):
    """A cell of the mapped table and the text to put there."""

    row: int = Field(ge=1)
    """1-based, as in ``/errors``."""
    column: str
    """Key of the target column."""
    value: Annotated[str, Field(coerce_numbers_to_str=True)] | None


class FixExecution(Document):
    """What was repaired. Without anything the execution runs again as it is, for what was broken elsewhere."""

    configuration: dict[str, object] = Field(default_factory=dict)
    """The part of the pipeline's configuration that changes."""
    cells: tuple[RepairedCell, ...] = ()
    save: bool = False
    """Keep the changed configuration for later executions too."""


AS_IT_IS = FixExecution()

IdempotencyKey = Annotated[
    str | None, Header(max_length=200, description="A repeated request with the same key is answered like the first.")
]


@router.post("/", status_code=201)
def create(
    body: CreateExecution, layer: Layer, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Data[list[TriggeredView]]:
    """Execute a pipeline now: once for each waiting file, or once where its source is asked."""
    executions = layer.executions.create(body.pipeline_id, caller, idempotency_key)
    return Data(data=[TriggeredView.of(execution) for execution in executions])


@router.get("/", openapi_extra=LISTING)
def find(listing: Listing, layer: Layer) -> Listed[ExecutionSummary]:
    """Executions, newest first unless sorted."""
    return listed(layer.executions.find(listing.query), ExecutionSummary.of)


@router.get("/{execution_id}")
def read(execution_id: ExecutionId, layer: Layer) -> Data[ExecutionView]:
    """One execution with all its runs."""
    return _shown(layer, layer.executions.get(execution_id))


@router.post("/{execution_id}/fix")
def fix(execution_id: ExecutionId, layer: Layer, caller: Caller, body: FixExecution = AS_IT_IS) -> Data[ExecutionView]:
    """Run an execution that has ended again, from the data already received and the first stage the change touches."""
    cells = [CellEdit(row=cell.row, column=cell.column, value=cell.value) for cell in body.cells]
    fixed = layer.executions.fix(execution_id, caller, configuration=body.configuration, cells=cells, save=body.save)
    return _shown(layer, fixed)


@router.post("/{execution_id}/cancel")
def cancel(execution_id: ExecutionId, layer: Layer, caller: Caller) -> Data[ExecutionView]:
    """End an execution that is PROCESSING."""
    return _shown(layer, layer.executions.cancel(execution_id, caller))


@router.get("/{execution_id}/input", response_class=Response)
def download_input(execution_id: ExecutionId, layer: Layer) -> Response:
    """The bytes received."""
    path, name = layer.executions.input(execution_id)
    return file_download(path, name)


@router.get("/{execution_id}/output", response_class=Response)
def download_output(execution_id: ExecutionId, layer: Layer) -> Response:
    """The bytes written; where the destination takes rows, what they would be as a file."""
    path, name = layer.executions.output(execution_id)
    return file_download(path, name)


def _shown(layer: ServiceLayer, execution: Execution) -> Data[ExecutionView]:
    logs = layer.executions.logs([execution.id])
    return Data(data=ExecutionView.with_logs(execution, logs.get(execution.id, ())))
