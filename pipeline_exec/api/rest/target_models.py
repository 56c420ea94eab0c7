"""Target data models over HTTP."""

from __future__ import annotations

from pipeline_exec.api.dependencies import LISTING, Caller, Layer, Listing
from pipeline_exec.api.rest.bodies import Replacement
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.views.envelope import Data, Deleted, Listed, listed
from pipeline_exec.api.views.target_model import TargetModelView
from pipeline_exec.model.identity import TargetModelId
from pipeline_exec.model.target_model import TargetModelDocument

router = SlashTolerantRouter(prefix="/tdm", tags=["target data models"], responses=REFUSALS)


@router.post("/", status_code=201)
def create(body: TargetModelDocument, layer: Layer, caller: Caller) -> Data[TargetModelView]:
    """Make a target data model."""
    return Data(data=TargetModelView.of(layer.target_models.create(body, caller)))


@router.get("/", openapi_extra=LISTING)
def find(listing: Listing, layer: Layer) -> Listed[TargetModelView]:
    """Target data models, newest first unless sorted."""
    return listed(layer.target_models.find(listing.query), TargetModelView.of)


@router.get("/{model_id}")
def read(model_id: TargetModelId, layer: Layer) -> Data[TargetModelView]:
    """One target data model."""
    return Data(data=TargetModelView.of(layer.target_models.get(model_id)))


@router.put("/{model_id}")
def update(
    model_id: TargetModelId, body: Replacement[TargetModelDocument], layer: Layer, caller: Caller
) -> Data[TargetModelView]:
    """Replace a target data model; every pipeline that uses it gets a new configuration."""
    return Data(data=TargetModelView.of(layer.target_models.update(model_id, body, caller)))


@router.delete("/{model_id}")
def delete(model_id: TargetModelId, layer: Layer) -> Deleted:
    """Delete a target data model that no pipeline uses."""
    layer.target_models.delete(model_id)
    return Deleted()
