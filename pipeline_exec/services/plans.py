"""Plans: everything an attempt needs, built before the first byte moves.

Each stage has a key: a digest of everything that decides its outcome. What a stage made is staged under its key, so a
fix starts at the first stage whose key changed, and nothing else has to be compared or remembered.
"""

from __future__ import annotations

import glob
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath

from pydantic import SecretStr

from pipeline_exec.dataplane.mapping import BatchMapper, compile_mapping
from pipeline_exec.dataplane.points import POINT_COLUMNS, compile_points
from pipeline_exec.errors import InternalError
from pipeline_exec.model.connector import ConnectorDocument, ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.execution import CellEdit, Execution, Stage
from pipeline_exec.model.identity import ConnectorId, FileId
from pipeline_exec.model.pipeline import (
    ErrorConfig,
    NumbersRead,
    OutputOptions,
    Pipeline,
    ReadOptions,
    StoredConfiguration,
)
from pipeline_exec.model.target_model import TargetColumn
from pipeline_exec.model.wrapper import SOURCES, ApiSource, AuthType, CsvSource, Source, Wrapper, XlsxSource
from pipeline_exec.ports import Transaction
from pipeline_exec.services.connectors import ConnectorService, OpenedConnector
from pipeline_exec.services.lookups import LookupService
from pipeline_exec.services.sealing import Sealing
from pipeline_exec.services.staged import rows_ref


@dataclass(frozen=True)
class Output:
    """One place the result goes to."""

    connector_id: ConnectorId | None
    name: str
    """Of the connector; of the wrapper for a destination written out there."""
    connector: OpenedConnector
    options: OutputOptions


@dataclass(frozen=True)
class Plan:
    """What one attempt does."""

    execution: Execution
    subject: str
    """The pipeline's or the wrapper's name."""
    intake: OpenedConnector | FileId
    """Where the input comes from when it is not staged yet; an upload's id for a wrapper's file."""
    read_options: ReadOptions
    mapper: Callable[[Sequence[str]], BatchMapper]
    """Built from the source's columns once they are known."""
    columns: tuple[TargetColumn, ...]
    error_config: ErrorConfig
    asked: Mapping[str, OpenedConnector]
    """What the validations ask about rows, by the connector's id."""
    outputs: tuple[Output, ...]
    developer_mode: bool
    edits: tuple[CellEdit, ...]
    time_column: str | None
    """The column whose first and last moments are reported, for a wrapper's points."""
    keys: Mapping[Stage, str] = field(repr=False)

    def rows_ref(self, stage: Stage) -> str:
        """Where the rows this stage makes are staged."""
        return rows_ref(self.execution.id, stage, self.keys[stage])

    def output_key(self, output: Output) -> str:
        """Decides what an output receives: the same key, the same content."""
        return digest(self.keys[Stage.VALIDATE], self.developer_mode, output.options.to_json())

    def file_values(self, at: datetime) -> dict[str, str]:
        """What a file name's template may use."""
        source = self.execution.source
        return {
            "pipeline": self.subject,
            "source_stem": _stem(source.name) if source else self.subject,
            "execution_id": self.execution.id,
            "date": f"{at:%Y-%m-%d}",
            "time": f"{at:%H%M%S}",
        }


@dataclass(frozen=True)
class Planner:
    """Builds plans from what is remembered."""

    connectors: ConnectorService
    sealing: Sealing
    lookups: LookupService

    def plan(self, tx: Transaction, execution: Execution) -> Plan:
        """The plan of an execution's latest attempt.

        Raises:
            NotFound: the pipeline's connectors, or the wrapper, are gone.
            InvalidDocument: a connector's configuration is no longer valid for this version.
        """
        if execution.wrapper_id is not None:
            return self._wrapper_plan(tx, execution, tx.wrappers.get(execution.wrapper_id))
        if execution.pipeline_id is None or execution.log.configuration_id is None:
            raise InternalError(f"Execution {execution.id} has neither a pipeline nor a wrapper.")
        configuration = tx.pipelines.configuration(execution.log.configuration_id)
        return self._pipeline_plan(tx, execution, tx.pipelines.get(execution.pipeline_id), configuration)

    def _pipeline_plan(
        self, tx: Transaction, execution: Execution, pipeline: Pipeline, configuration: StoredConfiguration
    ) -> Plan:
        document, columns = configuration.document, configuration.target_model.columns
        edits = execution.log.edits

        def output(connector_id: ConnectorId) -> Output:
            connector = tx.connectors.get(connector_id).document
            return Output(connector_id, connector.name, self.connectors.open(connector), document.output_options)

        def mapper(source_columns: Sequence[str]) -> BatchMapper:
            return compile_mapping(document.mapping_config, columns, source_columns, self.lookups.tables())

        return Plan(
            execution=execution,
            subject=pipeline.name,
            intake=self.connectors.open(tx.connectors.get(document.input_connectors[0]).document),
            read_options=document.read_options,
            mapper=mapper,
            columns=columns,
            error_config=document.error_config,
            asked={
                asked: self.connectors.open(tx.connectors.get(ConnectorId(asked)).document)
                for asked in configuration.target_model.connectors
            },
            outputs=tuple(output(connector_id) for connector_id in document.output_connectors),
            developer_mode=document.developer_mode,
            edits=edits,
            time_column=None,
            keys=stage_keys(configuration, edits),
        )

    def _wrapper_plan(self, tx: Transaction, execution: Execution, wrapper: Wrapper) -> Plan:
        source, destination = self.source_of(wrapper), wrapper.document.destination
        time_column, value_columns = _point_columns(source)
        if destination.connector_id is not None:
            sink = tx.connectors.get(destination.connector_id).document
        else:
            sink = ConnectorDocument(
                name=wrapper.document.name,
                type=Direction.OUTPUT,
                node_type=destination.node_type or NodeType.HTTP,
                configuration=destination.configuration,
            )

        def mapper(source_columns: Sequence[str]) -> BatchMapper:
            return compile_points(time_column, value_columns, source_columns)

        return Plan(
            execution=execution,
            subject=wrapper.document.name,
            intake=self._wrapper_intake(wrapper.document.name, source),
            read_options=_wrapper_read_options(source),
            mapper=mapper,
            columns=POINT_COLUMNS,
            error_config=ErrorConfig(),
            asked={},
            outputs=(Output(destination.connector_id, sink.name, self.connectors.open(sink), OutputOptions()),),
            developer_mode=False,
            edits=(),
            time_column="x",
            keys={stage: digest(stage, wrapper.id) for stage in Stage},
        )

    def source_of(self, wrapper: Wrapper) -> Source:
        """A wrapper's source, secrets in the clear."""
        schema = SOURCES[wrapper.document.source_type]
        return schema.parse(self.sealing.unsealed(wrapper.document.source_config), at="source_config")

    def _wrapper_intake(self, name: str, source: Source) -> OpenedConnector | FileId:
        if isinstance(source, ApiSource):
            return self.connectors.open(api_connector(name, source))
        if source.file_id is not None:
            return source.file_id
        return self.connectors.open(location_connector(name, source))


def api_connector(name: str, source: ApiSource) -> ConnectorDocument:
    """The HTTP connector that asks what a wrapper's API source describes."""
    configuration: dict[str, object] = {
        "url": source.location,
        "method": source.method,
        "headers": {header: value.get_secret_value() for header, value in source.headers.items()},
        "query": source.query_params,
        "auth": _auth(source),
        "timeout_seconds": source.timeout_seconds,
    }
    return ConnectorDocument(
        name=name,
        type=Direction.INPUT,
        node_type=NodeType.HTTP,
        trigger_type=ConnectorTrigger.TIME_BASE,
        configuration=configuration,
    )


def location_connector(name: str, source: CsvSource) -> ConnectorDocument:
    """The LOCAL connector that reads the file at a wrapper's location."""
    location = PurePath(source.location or "")
    return ConnectorDocument(
        name=name,
        type=Direction.INPUT,
        node_type=NodeType.LOCAL,
        trigger_type=ConnectorTrigger.TIME_BASE,
        configuration={"path": str(location.parent), "pattern": glob.escape(location.name)},
    )


def _stem(name: str) -> str:
    """A file's name without its folder, its extension, and the ending that says how it is compressed."""
    return PurePath(re.sub(r"\.(?:gz|gzip|zst|zstd)$", "", name, flags=re.IGNORECASE)).stem


def stage_keys(configuration: StoredConfiguration, edits: Sequence[CellEdit]) -> dict[Stage, str]:
    """A digest for each stage of everything in the configuration, and before it, that decides its outcome."""
    document, columns = configuration.document, configuration.target_model.to_json()["columns"]
    read = digest(Stage.READ, document.read_options.to_json())
    mapped = digest(Stage.MAP, read, document.mapping_config.to_json(), columns)
    changed = [[edit.row, edit.column, edit.value] for edit in edits]
    validated = digest(Stage.VALIDATE, mapped, document.error_config.to_json(), columns, changed)
    written = digest(
        Stage.WRITE, validated, document.output_options.to_json(), document.output_connectors, document.developer_mode
    )
    return {Stage.READ: read, Stage.MAP: mapped, Stage.VALIDATE: validated, Stage.WRITE: written}


def digest(*parts: object) -> str:
    """A short name for JSON values: the same values, the same name."""
    canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:24]


def _point_columns(source: Source) -> tuple[str, tuple[str, ...]]:
    if isinstance(source, ApiSource):
        return source.date_field, (source.value_field,)
    return source.time_column, source.value_columns


def _auth(source: ApiSource) -> dict[str, object]:
    def revealed(secret: SecretStr | None) -> str:
        return secret.get_secret_value() if secret else ""

    match source.auth_type:
        case AuthType.BEARER:
            return {"type": "BEARER", "token": revealed(source.token)}
        case AuthType.BASIC:
            return {"type": "BASIC", "username": source.username or "", "password": revealed(source.password)}
        case AuthType.API_KEY:
            return {"type": "API_KEY", "header": source.api_key_header, "key": revealed(source.api_key)}
        case AuthType.NONE:
            return {"type": "NONE"}


def _wrapper_read_options(source: Source) -> ReadOptions:
    if isinstance(source, ApiSource):
        return ReadOptions(format="json", record_path=source.record_path)
    if isinstance(source, XlsxSource):
        # A point is the number that is held, however the sheet shows it.
        return ReadOptions(sheet=source.sheet_name, numbers=NumbersRead.EXACT)
    return ReadOptions()
