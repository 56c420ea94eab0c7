"""Previews over HTTP: a file is sent to be looked at with a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Query, Request

from pipeline_exec.api.dependencies import Layer
from pipeline_exec.api.file_names import file_name, sent_name
from pipeline_exec.api.multipart import file_parts, is_multipart
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.uploads import ANY_BODY, Body, writing
from pipeline_exec.api.views.envelope import Data
from pipeline_exec.api.views.preview import PreviewView
from pipeline_exec.errors import InvalidDocument
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.previews import DEFAULT_ROWS, Preview

router = SlashTolerantRouter(prefix="/pipeline/{pipeline_id}/preview", tags=["pipelines"], responses=REFUSALS)

Rows = Annotated[int, Query(ge=1, le=1000)]


@router.post("", openapi_extra=ANY_BODY)
async def preview(
    pipeline_id: PipelineId, request: Request, layer: Layer, rows: Rows = DEFAULT_ROWS
) -> Data[PreviewView]:
    """What the pipeline would make of the first rows of the file that is sent, raw or as a part of a multipart body."""
    looked = await request.app.state.uploads.run(_look, layer, pipeline_id, dict(request.headers), Body(request), rows)
    return Data(data=PreviewView.of(looked))


def _look(
    layer: ServiceLayer, pipeline_id: PipelineId, headers: Mapping[str, str], body: Iterable[bytes], rows: int
) -> Preview:
    pipeline = layer.pipelines.get(pipeline_id)
    if not is_multipart(headers):
        return layer.samples.look(pipeline, sent_name(headers), writing(body), rows)
    for part in file_parts(headers["content-type"], body):
        name = file_name(part.name, part.media_type)
        return layer.samples.look(pipeline, name, writing(part.data), rows)
    raise InvalidDocument("The body has no file.", remedy="Send it as a part with a file name.")
