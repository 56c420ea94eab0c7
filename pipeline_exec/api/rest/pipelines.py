"""Pipelines and their configurations over HTTP."""

from __future__ import annotations

from pipeline_exec.api.dependencies import LISTING, PAGES, Caller, Layer, Listing, Pages
from pipeline_exec.api.rest.bodies import Replacement
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.views.envelope import Data, Deleted, Listed, listed
from pipeline_exec.api.views.pipeline import PastConfigurationView, PipelineView
from pipeline_exec.model.identity import PipelineId
from pipeline_exec.model.pipeline import PipelineDocument
from pipeline_exec.model.query import Page

router = SlashTolerantRouter(prefix="/pipeline", tags=["pipelines"], responses=REFUSALS)


@router.post("/", status_code=201)
def create(body: PipelineDocument, layer: Layer, caller: Caller) -> Data[PipelineView]:
    """Make a pipeline. It can be executed at once, and has its sensor or schedule."""
    return Data(data=PipelineView.of(layer.pipelines.create(body, caller)))


@router.get("/", openapi_extra=LISTING)
def find(listing: Listing, layer: Layer) -> Listed[PipelineView]:
    """Pipelines, newest first unless sorted."""
    return listed(layer.pipelines.find(listing.query), PipelineView.of)


@router.get("/{pipeline_id}")
def read(pipeline_id: PipelineId, layer: Layer) -> Data[PipelineView]:
    """One pipeline with its current configuration."""
    return Data(data=PipelineView.of(layer.pipelines.get(pipeline_id)))


@router.put("/{pipeline_id}")
def update(
    pipeline_id: PipelineId, body: Replacement[PipelineDocument], layer: Layer, caller: Caller
) -> Data[PipelineView]:
    """Replace a pipeline; a changed configuration is a new one with its own id."""
    return Data(data=PipelineView.of(layer.pipelines.update(pipeline_id, body, caller)))


@router.delete("/{pipeline_id}")
def delete(pipeline_id: PipelineId, layer: Layer) -> Deleted:
    """Delete a pipeline of which nothing is PROCESSING; its executions stay."""
    layer.pipelines.delete(pipeline_id)
    return Deleted()


@router.get("/{pipeline_id}/configurations", openapi_extra=PAGES)
def configurations(pipeline_id: PipelineId, layer: Layer, pages: Pages) -> Listed[PastConfigurationView]:
    """Every configuration the pipeline ever had, newest first."""
    every = layer.pipelines.configurations(pipeline_id)
    part = every[pages.offset : pages.offset + pages.limit]
    return listed(Page(part, len(every), pages.offset, pages.limit), PastConfigurationView.of)
