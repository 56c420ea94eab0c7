"""Wrappers as clients write them."""

from __future__ import annotations

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from pipeline_exec.model.connector import NodeType
from pipeline_exec.model.wrapper import SourceType


@strawberry.input
class WrapperDestinationInput:
    """Where the points go: a connector, or a destination written out here."""

    connector_id: strawberry.ID | None = UNSET
    node_type: NodeType | None = UNSET
    configuration: JSON | None = UNSET
    """Its attributes depend on the node type and are spelled as in the REST API."""


@strawberry.input
class WrapperInput:
    """A wrapper."""

    name: str
    source_type: SourceType
    source_config: JSON
    """Its attributes depend on the source type and are spelled as in the REST API."""
    destination: WrapperDestinationInput
