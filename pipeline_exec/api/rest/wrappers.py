"""Wrappers over HTTP: an API with its own paths, shapes and words."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from pipeline_exec.api.dependencies import Caller, Layer
from pipeline_exec.api.paths import WRAPPERS
from pipeline_exec.api.rest.router import WRAPPER_REFUSALS, SlashTolerantRouter
from pipeline_exec.api.views.envelope import Deleted
from pipeline_exec.api.views.wrapper import HealthView, LogsView, StopView, WrapperView
from pipeline_exec.model.identity import WrapperId
from pipeline_exec.model.query import MAXIMUM_LIMIT
from pipeline_exec.model.wrapper import Wrapper, WrapperDocument
from pipeline_exec.services.layer import ServiceLayer

router = SlashTolerantRouter(prefix=WRAPPERS, tags=["wrappers"], responses=WRAPPER_REFUSALS)

DEFAULT_LINES = 200

Skip = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT)]
Lines = Annotated[int, Query(ge=1, le=10_000)]


@router.post("/", status_code=201)
@router.post("/generate", status_code=201, operation_id="wrappers_generate")
def create(body: WrapperDocument, layer: Layer, caller: Caller) -> WrapperView:
    """Make a wrapper."""
    return _shown(layer, layer.wrappers.create(body, caller))


@router.get("/")
def find(layer: Layer, response: Response, skip: Skip = 0, limit: Limit = 10) -> list[WrapperView]:
    """Wrappers, newest first; how many there are in all is in the header X-Total-Count."""
    page = layer.wrappers.page(skip, limit)
    logs = layer.wrappers.log([wrapper.id for wrapper in page.items], DEFAULT_LINES)
    response.headers["X-Total-Count"] = str(page.total)
    return [WrapperView.of(wrapper, logs.get(wrapper.id, ())) for wrapper in page.items]


@router.get("/{wrapper_id}")
def read(wrapper_id: WrapperId, layer: Layer) -> WrapperView:
    """One wrapper."""
    return _shown(layer, layer.wrappers.get(wrapper_id))


@router.delete("/{wrapper_id}")
def delete(wrapper_id: WrapperId, layer: Layer) -> Deleted:
    """Delete a wrapper and its log."""
    layer.wrappers.delete(wrapper_id)
    return Deleted()


@router.post("/{wrapper_id}/stop")
def stop(wrapper_id: WrapperId, layer: Layer, caller: Caller) -> StopView:
    """Cancel what the wrapper is executing, if anything, and mark it stopped; an execute starts it again."""
    return StopView(wrapper_id=layer.wrappers.stop(wrapper_id, caller).id)


@router.get("/{wrapper_id}/health")
def health(wrapper_id: WrapperId, layer: Layer) -> HealthView:
    """How the wrapper fares."""
    return HealthView.of(layer.wrappers.get(wrapper_id))


@router.get("/{wrapper_id}/logs")
def logs(wrapper_id: WrapperId, layer: Layer, limit: Lines = DEFAULT_LINES) -> LogsView:
    """The newest lines of the wrapper's log, oldest first."""
    wrapper = layer.wrappers.get(wrapper_id)
    return LogsView.of(wrapper, layer.wrappers.log([wrapper.id], limit).get(wrapper.id, ()))


def _shown(layer: ServiceLayer, wrapper: Wrapper) -> WrapperView:
    return WrapperView.of(wrapper, layer.wrappers.log([wrapper.id], DEFAULT_LINES).get(wrapper.id, ()))
