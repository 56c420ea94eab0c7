"""Nouns for tests: each builder fills in everything the test is not about.

Whatever one noun names of another (a principal, a connector, a model) can be given; else it is the one that the other
builder makes by default, under an id that is always the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pipeline_exec.model.connector import Connector, ConnectorDocument
from pipeline_exec.model.execution import Execution, ExecutionTrigger
from pipeline_exec.model.identity import (
    ConfigurationId,
    ConnectorId,
    PipelineId,
    PrincipalId,
    TargetModelId,
    WrapperId,
    new_id,
)
from pipeline_exec.model.pipeline import Pipeline, PipelineConfiguration, StoredConfiguration, slug_of
from pipeline_exec.model.principal import Audit, Principal, PrincipalType
from pipeline_exec.model.target_model import TargetModel, TargetModelDocument
from pipeline_exec.model.wrapper import Wrapper, WrapperDocument, WrapperStatus
from pipeline_exec.ports import Transaction

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
"""When everything happens that does not say when."""


def a_principal(
    identifier: str = "ada@example.com",
    *,
    id: str | None = None,
    name: str = "Ada",
    type: PrincipalType = PrincipalType.USER,
) -> Principal:
    return Principal(id=PrincipalId(id or f"principal-{identifier}"), name=name, identifier=identifier, type=type)


def an_audit(by: Principal | None = None, at: datetime = NOON) -> Audit:
    return Audit.new(by or a_principal(), at)


def a_connector(
    name: str = "inbox",
    *,
    id: str | None = None,
    type: str = "INPUT",
    node_type: str = "LOCAL",
    trigger_type: str | None = None,
    configuration: dict[str, object] | None = None,
    level: str = "PRIVATE",
    by: Principal | None = None,
    at: datetime = NOON,
) -> Connector:
    """An EVENT_BASE input, or an output when ``type`` says so."""
    document = ConnectorDocument.parse(
        {
            "name": name,
            "type": type,
            "node_type": node_type,
            "trigger_type": trigger_type or ("EVENT_BASE" if type == "INPUT" else None),
            "configuration": {"path": f"/data/{name}"} if configuration is None else configuration,
            "permissions": {"level": level},
        }
    )
    return Connector(id=ConnectorId(id or f"connector-{name}"), document=document, audit=an_audit(by, at))


def a_target_model(
    name: str = "people",
    *,
    id: str | None = None,
    columns: Iterable[dict[str, object]] = ({"key": "name", "required": True}, {"key": "age", "column_type": "int"}),
    level: str = "PRIVATE",
    by: Principal | None = None,
    at: datetime = NOON,
) -> TargetModel:
    document = TargetModelDocument.parse({"name": name, "columns": list(columns), "permissions": {"level": level}})
    return TargetModel(id=TargetModelId(id or f"model-{name}"), document=document, audit=an_audit(by, at))


def a_configuration(
    pipeline_id: str = "pipeline-import",
    *,
    id: str | None = None,
    input: Connector | None = None,
    outputs: Iterable[Connector] | None = None,
    model: TargetModel | None = None,
    by: Principal | None = None,
    at: datetime = NOON,
    **document: Any,
) -> StoredConfiguration:
    """A new one, from ``inbox`` to ``outbox`` with the model ``people``; further attributes as users write them."""
    model = model or a_target_model()
    outputs = [a_connector("outbox", type="OUTPUT")] if outputs is None else outputs
    return StoredConfiguration(
        id=ConfigurationId(id or new_id()),
        pipeline_id=PipelineId(pipeline_id),
        document=PipelineConfiguration.parse(
            {
                "input_connectors": [(input or a_connector()).id],
                "output_connectors": [output.id for output in outputs],
                "tdm": model.id,
                **document,
            }
        ),
        target_model=model.document,
        audit=an_audit(by, at),
    )


def a_pipeline(
    name: str = "import",
    *,
    id: str | None = None,
    slug: str | None = None,
    active: bool = True,
    configuration: StoredConfiguration | None = None,
    by: Principal | None = None,
    at: datetime = NOON,
    **document: Any,
) -> Pipeline:
    """A pipeline with its first configuration; further arguments are those of ``a_configuration``."""
    pipeline_id = PipelineId(id or f"pipeline-{name}")
    return Pipeline(
        id=pipeline_id,
        name=name,
        slug=slug or slug_of(name),
        active=active,
        configuration=configuration or a_configuration(pipeline_id, id=f"{pipeline_id}-1", by=by, at=at, **document),
        audit=an_audit(by, at),
    )


def an_execution(
    pipeline: Pipeline | None = None,
    *,
    wrapper: Wrapper | None = None,
    trigger: ExecutionTrigger = ExecutionTrigger.MANUAL,
    by: Principal | None = None,
    at: datetime = NOON,
    **more: Any,
) -> Execution:
    """A PROCESSING execution of a pipeline, or of a wrapper; further arguments are those of ``Execution.new``."""
    if wrapper is None:
        pipeline = pipeline or a_pipeline()
        more = {"pipeline_id": pipeline.id, "configuration_id": pipeline.configuration.id, **more}
    else:
        more = {"wrapper_id": wrapper.id, **more}
    return Execution.new(trigger=trigger, caller=by or a_principal(), at=at, **more)


def a_wrapper(
    name: str = "sensor",
    *,
    id: str | None = None,
    source_type: str = "CSV",
    source_config: dict[str, object] | None = None,
    destination: dict[str, object] | None = None,
    status: WrapperStatus = WrapperStatus.PENDING,
    by: Principal | None = None,
    at: datetime = NOON,
    **more: Any,
) -> Wrapper:
    """A wrapper over a CSV file of this machine; further arguments are those of ``Wrapper``."""
    document = WrapperDocument.parse(
        {
            "name": name,
            "source_type": source_type,
            "source_config": source_config
            or {"location": "/data/points.csv", "time_column": "time", "value_columns": ["value"]},
            "destination": destination or {"node_type": "LOCAL", "configuration": {"path": "/data/out"}},
        }
    )
    return Wrapper(
        id=WrapperId(id or f"wrapper-{name}"), document=document, status=status, audit=an_audit(by, at), **more
    )


def add_all(
    transaction: Transaction, *nouns: Principal | Connector | TargetModel | Pipeline | Wrapper | Execution
) -> None:
    """Add nouns to a store, in this order, each with the principal who made it if that is not there yet."""
    for noun in nouns:
        by = noun if isinstance(noun, Principal) else noun.audit.created_by
        if transaction.principals.named(by.identifier, by.type) is None:
            transaction.principals.add(by)
        match noun:
            case Connector():
                transaction.connectors.add(noun)
            case TargetModel():
                transaction.target_models.add(noun)
            case Pipeline():
                transaction.pipelines.add(noun)
            case Wrapper():
                transaction.wrappers.add(noun)
            case Execution():
                transaction.executions.add(noun)


def add_surroundings(transaction: Transaction) -> None:
    """Add what pipelines name by default: the connectors ``inbox`` and ``outbox``, the model ``people``."""
    add_all(transaction, a_connector(), a_connector("outbox", type="OUTPUT"), a_target_model())
