"""Suggested mappings over HTTP: for columns, for what a connector gives, or for a file that is sent."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import Query, Request
from pydantic import Field, model_validator

from pipeline_exec.api.body_limit import LARGEST_BODY
from pipeline_exec.api.dependencies import HOW_TO_READ, HowToRead, Layer
from pipeline_exec.api.rest.router import REFUSALS, SlashTolerantRouter
from pipeline_exec.api.uploads import ANY_BODY, Body, sent_file
from pipeline_exec.api.views.envelope import Data
from pipeline_exec.api.views.suggestion import SuggestedMappingView
from pipeline_exec.errors import FieldProblem, InvalidDocument, TooLarge
from pipeline_exec.model.document import Document
from pipeline_exec.model.identity import ConnectorId, TargetModelId
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.suggestions import SuggestedMapping

router = SlashTolerantRouter(prefix="/pipeline/suggest-mapping", tags=["pipelines"], responses=REFUSALS)

#: What to do with what is no document.
_FILE = "Send a file with ?tdm=ID."

ModelId = Annotated[
    TargetModelId | None, Query(description="The target data model, where the body is a file; else it is in the body.")
]


class Wanted(Document):
    """A target data model and, for its columns, either the source's columns or the connector to ask for them."""

    tdm: TargetModelId
    source_columns: tuple[str, ...] | None = Field(None, min_length=1)
    connector: ConnectorId | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Wanted:
        if (self.source_columns is None) == (self.connector is None):
            raise ValueError("needs one of source_columns and connector; a file is sent as multipart")
        return self


@router.post("", openapi_extra={**ANY_BODY, **HOW_TO_READ})
async def suggest_mapping(
    request: Request, layer: Layer, options: HowToRead, tdm: ModelId = None
) -> Data[SuggestedMappingView]:
    """Propose a mapping: by key, then label and alternative matches, then similarity, each with how it was found.

    The body is JSON, `{"tdm", "source_columns": […]}` or `{"tdm", "connector"}`; or a file, raw or as a part of a
    multipart body, with `?tdm=`.
    """
    work, headers = request.app.state.uploads.run, dict(request.headers)
    return Data(data=SuggestedMappingView.of(await work(_suggested, layer, headers, Body(request), tdm, options)))


def _suggested(
    layer: ServiceLayer,
    headers: Mapping[str, str],
    body: Iterable[bytes],
    model_id: TargetModelId | None,
    options: ReadOptions,
) -> SuggestedMapping:
    if model_id is None:
        return _for_document(layer, body, options)
    name, write = sent_file(headers, body)
    return layer.suggestions.for_file(model_id, name, write, options)


def _for_document(layer: ServiceLayer, body: Iterable[bytes], options: ReadOptions) -> SuggestedMapping:
    wanted = Wanted.parse(_decoded(body))
    if wanted.connector is not None:
        return layer.suggestions.for_connector(wanted.tdm, wanted.connector, options)
    return layer.suggestions.for_columns(wanted.tdm, wanted.source_columns or ())


def _decoded(body: Iterable[bytes]) -> object:
    whole = bytearray()
    for chunk in body:
        whole += chunk
        if len(whole) > LARGEST_BODY:
            raise TooLarge(f"The body is larger than the {LARGEST_BODY:,} bytes a document may have.", _FILE)
    try:
        return json.loads(whole)
    except (ValueError, RecursionError):
        raise InvalidDocument(
            "The body is not JSON.",
            [FieldProblem("tdm", "is missing")],
            "Send {tdm, source_columns} or {tdm, connector}; with a file, send ?tdm=ID.",
        ) from None
