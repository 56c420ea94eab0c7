"""What we remember: one repository for each aggregate."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pipeline_exec.model.arrival import Arrival, FileVersion
from pipeline_exec.model.connector import Connector
from pipeline_exec.model.execution import Delivery, Execution, ExecutionLog, Progress
from pipeline_exec.model.identity import (
    ConfigurationId,
    ConnectorId,
    ExecutionId,
    FileId,
    LogId,
    PipelineId,
    PrincipalId,
    RunId,
    TargetModelId,
    WrapperId,
)
from pipeline_exec.model.pipeline import Pipeline, StoredConfiguration
from pipeline_exec.model.principal import Credential, CredentialKind, Principal, PrincipalType
from pipeline_exec.model.query import Page, Query
from pipeline_exec.model.target_model import TargetModel
from pipeline_exec.model.wrapper import Wrapper, WrapperFile, WrapperLogLine


class Principals(Protocol):
    """Users, sub-organisations and their credentials."""

    def owner(self) -> Principal:
        """The organisation's owner; made on first use."""

    def get(self, principal_id: PrincipalId) -> Principal:
        """Raises NotFound."""

    def named(self, identifier: str, principal_type: PrincipalType) -> Principal | None:
        """The principal with this identifier."""

    def add(self, principal: Principal) -> None:
        """Raises Conflict when the identifier is taken."""

    def add_credential(self, credential: Credential) -> None:
        """Remember a credential."""

    def credential(self, token_hash: str) -> Credential | None:
        """The credential of a token, valid or not."""

    def credentials(self, kind: CredentialKind) -> Sequence[Credential]:
        """All of a kind, oldest first."""

    def revoke(self, credential_id: str, at: datetime) -> bool:
        """Revoke; answer whether this call did it, so that a one-time token is used once. Raises NotFound."""


class Connectors(Protocol):
    """Connectors by id."""

    def add(self, connector: Connector) -> None:
        """Raises Conflict when the name is taken."""

    def save(self, connector: Connector) -> None:
        """Replace the connector of this id. Raises NotFound, Conflict."""

    def get(self, connector_id: ConnectorId) -> Connector:
        """Raises NotFound."""

    def many(self, connector_ids: Iterable[ConnectorId]) -> Mapping[ConnectorId, Connector]:
        """Those of the ids that exist."""

    def named(self, name: str) -> Connector | None:
        """The connector of this name."""

    def find(self, query: Query) -> Page[Connector]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def delete(self, connector_id: ConnectorId) -> None:
        """Raises NotFound, and Conflict naming the pipelines that use it."""


class TargetModels(Protocol):
    """Target data models by id; the same promises as ``Connectors``."""

    def add(self, model: TargetModel) -> None: ...
    def save(self, model: TargetModel) -> None: ...
    def get(self, model_id: TargetModelId) -> TargetModel: ...
    def many(self, model_ids: Iterable[TargetModelId]) -> Mapping[TargetModelId, TargetModel]: ...
    def named(self, name: str) -> TargetModel | None: ...
    def find(self, query: Query) -> Page[TargetModel]: ...
    def delete(self, model_id: TargetModelId) -> None: ...


class Pipelines(Protocol):
    """Pipelines and their configurations."""

    def add(self, pipeline: Pipeline) -> None:
        """With its first configuration. Raises Conflict when name or slug is taken."""

    def save(self, pipeline: Pipeline) -> None:
        """Replace name, active and audit; add the configuration when its id is new. Raises NotFound, Conflict."""

    def get(self, pipeline_id: PipelineId) -> Pipeline:
        """Raises NotFound."""

    def many(self, pipeline_ids: Iterable[PipelineId]) -> Mapping[PipelineId, Pipeline]:
        """Those of the ids that exist."""

    def named(self, name: str) -> Pipeline | None:
        """The pipeline of this name."""

    def by_slug(self, slug: str) -> Pipeline | None:
        """The pipeline of this job name."""

    def find(self, query: Query) -> Page[Pipeline]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def active(self) -> Sequence[Pipeline]:
        """All active pipelines, by slug."""

    def fed_by(self, connector_id: ConnectorId) -> Sequence[Pipeline]:
        """Active pipelines whose input is this connector."""

    def using_model(self, model_id: TargetModelId) -> Sequence[Pipeline]:
        """Pipelines whose current configuration uses this target data model."""

    def configuration(self, configuration_id: ConfigurationId) -> StoredConfiguration:
        """Any configuration there ever was. Raises NotFound."""

    def add_configuration(self, configuration: StoredConfiguration) -> None:
        """Remember a configuration that one execution uses and the pipeline does not keep."""

    def configurations(self, pipeline_id: PipelineId) -> Sequence[StoredConfiguration]:
        """All of a pipeline, newest first."""

    def delete(self, pipeline_id: PipelineId) -> None:
        """With its ledger; its executions and configurations stay readable.

        Raises NotFound, and Conflict while one is PROCESSING.
        """


class Executions(Protocol):
    """Executions, their logs and their deliveries."""

    def add(self, execution: Execution) -> None:
        """With its first attempt. Raises Conflict when the request key is taken, NotFound when the pipeline is gone."""

    def get(self, execution_id: ExecutionId) -> Execution:
        """Raises NotFound."""

    def by_request_key(self, request_key: str) -> Execution | None:
        """The execution made for this key."""

    def by_run(self, run_id: RunId) -> Execution | None:
        """The execution one of whose attempts is this run."""

    def find(self, query: Query) -> Page[Execution]:
        """Raises InvalidDocument for an attribute that cannot be asked."""

    def logs(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[ExecutionLog]]:
        """All attempts of each, oldest first, in one query."""

    def retry(self, execution: Execution, after: LogId) -> bool:
        """Save an execution with its new latest attempt, if ``after`` is still the latest; answer whether it was.

        An attempt that is replaced while it is PROCESSING ends FAILED: its run, if any, must see that it is over.
        """

    def finish(self, execution: Execution) -> bool:
        """Save the end of the latest attempt and so of the execution, if it is PROCESSING; answer whether it was."""

    def claim(self, log_id: LogId, at: datetime, not_since: datetime) -> bool:
        """Take the right to launch an attempt not begun, over, or claimed since then; answer whether it was taken."""

    def fence(self, log_id: LogId, run_id: RunId, at: datetime, *, again: bool = True) -> bool:
        """Begin an attempt, once: true for the first run that asks; false for any other.

        The same run asking again is answered true too, since each of its steps may have a process of its own; with
        ``again=False`` it is answered false, which keeps a message that came twice from executing twice.

        The attempt's ``run_id`` is that run from then on: a sensor's runs get their ids from Dagster.
        """

    def receive(self, execution: Execution) -> None:
        """Save the source of an execution that fetched it, and the archive it came in."""

    def beat(self, log_id: LogId, at: datetime) -> bool:
        """Note a sign of life; answer whether the attempt is still PROCESSING (false: somebody canceled it)."""

    def advance(self, execution: Execution, progress: Progress) -> None:
        """Note how far the latest attempt got, and its counts so far."""

    def note(self, execution: Execution) -> None:
        """Note how the latest attempt's input was read and mapped, as far as it says so, if it is PROCESSING."""

    def unfinished(self) -> Sequence[Execution]:
        """Every PROCESSING execution, oldest first."""

    def last_begun(self) -> datetime | None:
        """When the most recently claimed attempt among those that have begun was claimed."""

    def unsettled(self, limit: int) -> Sequence[tuple[Arrival, Execution]]:
        """Arrivals whose execution has ended and whose file was not put away yet, in any order.

        An archive's has ended when those of all its files have; it comes with the execution of its first file.

        Which of them come first changes, so that some that cannot be put away do not keep the others waiting.
        """

    def of_archive(self, archive_id: ExecutionId) -> Sequence[Execution]:
        """The executions of all files of an archive; none when there is no such archive."""

    def revisions(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, int]:
        """A number for each that grows with every change of it one can see; claims and signs of life are none."""

    def deliveries(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[Delivery]]:
        """What each delivered, or not, by output, in one query; none where nothing was tried yet."""

    def save_delivery(self, delivery: Delivery) -> None:
        """Add or replace the delivery of this execution to this output."""


class Arrivals(Protocol):
    """The ledger of files seen, by pipeline."""

    def ledger(self, pipeline_id: PipelineId) -> Mapping[FileVersion, Arrival]:
        """Everything remembered of a pipeline."""

    def record(self, arrivals: Iterable[Arrival]) -> None:
        """Add or replace sightings; never touches one that has an execution."""

    def forget(self, pipeline_id: PipelineId, files: Iterable[FileVersion]) -> None:
        """Drop sightings that have no execution."""

    def take(self, pipeline_id: PipelineId, file: FileVersion, execution_id: ExecutionId) -> bool:
        """Give a sighting to an execution, once; answer whether this call did. False for a file that is not recorded.

        The execution may be added after it is given the file, in the same transaction.
        """

    def settled(self, pipeline_id: PipelineId, file: FileVersion) -> None:
        """Note that the file was put away."""


class Wrappers(Protocol):
    """Wrappers, their logs and their files."""

    def add(self, wrapper: Wrapper) -> None: ...
    def get(self, wrapper_id: WrapperId) -> Wrapper:
        """Raises NotFound."""

    def save(self, wrapper: Wrapper) -> None:
        """Raises NotFound."""

    def page(self, offset: int, limit: int) -> Page[Wrapper]:
        """Newest first."""

    def all(self) -> Sequence[Wrapper]:
        """Every wrapper, oldest first."""

    def delete(self, wrapper_id: WrapperId) -> None:
        """With its log. Raises NotFound."""

    def occupy(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> bool:
        """Reserve the wrapper for one execution; answer whether it was free or already this one's. Raises NotFound."""

    def release(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> None:
        """Free the wrapper if this execution holds it."""

    def append_log(self, wrapper_id: WrapperId, line: WrapperLogLine) -> None: ...
    def log(self, wrapper_ids: Iterable[WrapperId], limit: int) -> Mapping[WrapperId, Sequence[WrapperLogLine]]:
        """The newest ``limit`` lines of each, oldest first."""

    def add_file(self, file: WrapperFile) -> None: ...
    def file(self, file_id: FileId) -> WrapperFile:
        """Raises NotFound."""

    def delete_file(self, file_id: FileId) -> None:
        """Raises NotFound, and Conflict while a wrapper uses it."""
