"""Connectors over HTTP."""

from __future__ import annotations

from fastapi import Request

from pipeline_exec.api.dependencies import HOW_TO_READ, LISTING, Caller, HowToRead, Layer, Listing
from pipeline_exec.api.rest.bodies import Replacement
from pipeline_exec.api.rest.previews import Rows
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.views.connector import ConnectionView, ConnectorView
from pipeline_exec.api.views.envelope import Data, Deleted, Listed, listed
from pipeline_exec.api.views.preview import SourceSampleView
from pipeline_exec.model.connector import ConnectorDocument
from pipeline_exec.model.identity import ConnectorId
from pipeline_exec.services.previews import DEFAULT_ROWS

router = SlashTolerantRouter(prefix="/connector", tags=["connectors"], responses=REFUSALS)


@router.post("/", status_code=201)
def create(body: ConnectorDocument, layer: Layer, caller: Caller) -> Data[ConnectorView]:
    """Make a connector. Secrets in its configuration are write-only."""
    return Data(data=ConnectorView.of(layer.connectors.create(body, caller)))


@router.get("/", openapi_extra=LISTING)
def find(listing: Listing, layer: Layer) -> Listed[ConnectorView]:
    """Connectors, newest first unless sorted."""
    return listed(layer.connectors.find(listing.query), ConnectorView.of)


@router.get("/{connector_id}")
def read(connector_id: ConnectorId, layer: Layer) -> Data[ConnectorView]:
    """One connector."""
    return Data(data=ConnectorView.of(layer.connectors.get(connector_id)))


@router.put("/{connector_id}")
def update(
    connector_id: ConnectorId, body: Replacement[ConnectorDocument], layer: Layer, caller: Caller
) -> Data[ConnectorView]:
    """Replace a connector; `"********"` keeps the secret that is there."""
    return Data(data=ConnectorView.of(layer.connectors.update(connector_id, body, caller)))


@router.delete("/{connector_id}")
def delete(connector_id: ConnectorId, layer: Layer) -> Deleted:
    """Delete a connector that no pipeline uses."""
    layer.connectors.delete(connector_id)
    return Deleted()


@router.get("/{connector_id}/data", openapi_extra=HOW_TO_READ)
async def data(
    connector_id: ConnectorId, request: Request, layer: Layer, options: HowToRead, rows: Rows = DEFAULT_ROWS
) -> Data[SourceSampleView]:
    """The first rows of what the connector's source gives now: its newest file, its answer, or what was sent last."""
    sample = await request.app.state.uploads.run(layer.samples.of_connector, connector_id, rows, options)
    return Data(data=SourceSampleView.of_sample(sample))


@router.post("/{connector_id}/test")
def test(connector_id: ConnectorId, layer: Layer) -> Data[ConnectionView]:
    """Try the connection and the permissions."""
    return Data(data=ConnectionView.of(layer.connectors.test(connector_id)))
