"""What handlers are given: the services, who asks, and what a list is asked."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Request

from pipeline_exec.api.query_encoding import decoded
from pipeline_exec.api.query_params import ListRequest, Options, Pagination, list_request, page_request
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.model.principal import Principal
from pipeline_exec.services.layer import ServiceLayer


async def _layer(request: Request) -> ServiceLayer:
    layer: ServiceLayer = request.app.state.layer
    return layer


async def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


async def _listing(request: Request) -> ListRequest:
    return list_request(request.query_params.multi_items())


async def _pages(request: Request) -> Pagination:
    return page_request(request.query_params.multi_items())


async def _read_options(request: Request) -> ReadOptions:
    name = "read_options"
    said = [item for item in request.query_params.multi_items() if item[0].partition("[")[0] == name]
    return ReadOptions.parse(decoded(said, (name,)).get(name, {}), at=name)


Layer = Annotated[ServiceLayer, Depends(_layer)]
"""The services."""

Caller = Annotated[Principal, Depends(_caller)]
"""Who asks."""

Listing = Annotated[ListRequest, Depends(_listing)]
"""What a list is asked. Routes that take it document it with ``LISTING``."""

Pages = Annotated[Pagination, Depends(_pages)]
"""Which part is wanted of a list that can be asked nothing else. Routes that take it document it with ``PAGES``."""


HowToRead = Annotated[ReadOptions, Depends(_read_options)]
"""How what is looked at is to be read. Routes that take it document it with ``HOW_TO_READ``."""


def _parameter(name: str, schema: dict[str, object], brackets: str, example: dict[str, object]) -> dict[str, object]:
    """A parameter that holds JSON, as OpenAPI describes one."""
    return {
        "name": name,
        "in": "query",
        "description": f"JSON; or, in brackets, `{brackets}`.",
        "content": {"application/json": {"schema": schema, "example": example}},
    }


_PAGINATION = _parameter(
    "pagination",
    Pagination.model_json_schema(),
    "pagination[limit]=10&pagination[offset]=20",
    {"limit": 10, "offset": 20},
)

LISTING: Final[dict[str, object]] = {
    "parameters": [
        _parameter(
            "filters",
            {"type": "object"},
            "filters[status][$in]=FAILED,PROCESSING&filters[$or][0][pipeline]=ID",
            {"status": {"$in": ["FAILED", "PROCESSING"]}},
        ),
        _parameter(
            "sort",
            {"type": "object", "additionalProperties": {"enum": ["asc", "desc"]}},
            "sort[created_at]=desc",
            {"created_at": "desc"},
        ),
        _PAGINATION,
        _parameter("options", Options.model_json_schema(), "options[attach_meta]=true", {"attach_meta": True}),
    ]
}
"""The OpenAPI description of what a list is asked."""

PAGES: Final[dict[str, object]] = {"parameters": [_PAGINATION]}
"""The OpenAPI description of a list that has only pages."""

HOW_TO_READ: Final[dict[str, object]] = {
    "parameters": [
        _parameter(
            "read_options",
            {"type": "object"},
            "read_options[delimiter]=;&read_options[header_row]=3",
            {"delimiter": ";", "header_row": 3},
        )
    ]
}
"""The OpenAPI description of how what is looked at is to be read: as in a pipeline's ``read_options``."""
