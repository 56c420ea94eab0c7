"""Previews over HTTP: what a pipeline would make of a file that is sent, or of what its source gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Annotated

from fastapi import Query, Request

from pipeline_exec.api.dependencies import HOW_TO_READ, HowToRead, Layer
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.uploads import LIKELY_BODY, Body, sent_file
from pipeline_exec.api.views.envelope import Data
from pipeline_exec.api.views.preview import PreviewView
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.previews import DEFAULT_ROWS, MOST_ROWS

router = SlashTolerantRouter(prefix="/pipeline/{pipeline_id}/preview", tags=["pipelines"], responses=REFUSALS)

Rows = Annotated[int, Query(ge=1, le=MOST_ROWS, description="How many rows at most.")]


@router.post("", openapi_extra={**LIKELY_BODY, **HOW_TO_READ})
async def preview(
    pipeline_id: PipelineId, request: Request, layer: Layer, options: HowToRead, rows: Rows = DEFAULT_ROWS
) -> Data[PreviewView]:
    """What the pipeline would make of the first rows of a file; nothing is executed or written.

    The file is sent raw or as a part of a multipart body; without a body it is what the pipeline's source gives now.
    """
    work, headers = request.app.state.uploads.run, dict(request.headers)
    return Data(data=await work(_look, layer, pipeline_id, headers, Body(request), rows, options))


def _look(
    layer: ServiceLayer,
    pipeline_id: PipelineId,
    headers: Mapping[str, str],
    body: Iterable[bytes],
    rows: int,
    options: ReadOptions,
) -> PreviewView:
    pipeline = layer.pipelines.get(pipeline_id)
    chunks = filter(None, body)
    first = next(chunks, None)
    if first is None:
        sample = layer.samples.look_at_source(pipeline, rows, options)
        return PreviewView.of(sample.preview, sample.specimen)
    name, write = sent_file(headers, chain([first], chunks))
    return PreviewView.of(layer.samples.look(pipeline, name, write, rows, options))
