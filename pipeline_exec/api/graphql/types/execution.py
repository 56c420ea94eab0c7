"""Executions: one piece of work for one input, from who asked for it to how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Self

import strawberry

from pipeline_exec.api.graphql.context import Info
from pipeline_exec.api.graphql.types.delivery import Delivery
from pipeline_exec.api.graphql.types.downloads import ErrorReport, download_path
from pipeline_exec.api.graphql.types.execution_log import Counts, ExecutionLog, Failure
from pipeline_exec.api.graphql.types.mirror import Mirror
from pipeline_exec.api.graphql.types.pipeline import Pipeline
from pipeline_exec.api.graphql.types.principal import Audited
from pipeline_exec.api.graphql.types.scalars import BigInt
from pipeline_exec.model import execution as model
from pipeline_exec.model.execution import DeliveryStatus, ExecutionTrigger, Stage, Status


@strawberry.type
class SourceFile(Mirror):
    """The input as the source named it, and what was received of it."""

    name: str
    path: str
    size: BigInt
    """Bytes."""
    fingerprint: str
    """``sha256:`` and the digest of the bytes received."""


@strawberry.type
class Progress(Mirror):
    """How far a running execution got."""

    stage: Stage
    rows: BigInt


@strawberry.type
class Execution(Audited):
    """One piece of work for one input: who asked, what data, how it ended."""

    execution: strawberry.Private[model.Execution]
    status: Status
    trigger_type: ExecutionTrigger
    error: Failure | None
    """Why it failed; null when it did not."""
    counts: Counts | None
    """Of the latest attempt, as far as it got."""
    started_on: datetime
    """When the latest attempt began."""
    duration: BigInt | None
    """Of the latest attempt, in milliseconds; null while it runs."""
    source: SourceFile | None
    progress: Progress | None
    """Only while it is PROCESSING."""
    run_id: strawberry.ID
    """Of the latest attempt's run in Dagster."""
    configuration_id: strawberry.ID | None
    """The configuration the latest attempt uses; null for the execution of a wrapper."""
    pipeline_id: strawberry.ID | None
    """Known still when the pipeline was deleted; null for the execution of a wrapper."""

    @classmethod
    def of(cls, execution: model.Execution) -> Self:
        log = execution.log
        return cls.audited(
            execution,
            execution=execution,
            error=Failure.if_any(execution.failure),
            counts=Counts.of(log.counts) if log.counts else None,
            duration=log.duration,
            source=SourceFile.of(execution.source) if execution.source else None,
            progress=Progress.of(execution.progress) if execution.progress else None,
            run_id=log.run_id,
            configuration_id=log.configuration_id,
            started_on=log.started_on,
        )

    @strawberry.field
    async def pipeline(self, info: Info) -> Pipeline | None:
        """Null when it was deleted, and for the execution of a wrapper."""
        if self.execution.pipeline_id is None:
            return None
        found = await info.context.loaders.pipelines.load(self.execution.pipeline_id)
        return None if found is None else Pipeline.of(found)

    @strawberry.field
    async def logs(self, info: Info) -> list[ExecutionLog]:
        """Every attempt, oldest first."""
        logs = await info.context.loaders.logs.load(self.execution.id)
        return [ExecutionLog.of(log) for log in logs or ()]

    @strawberry.field
    async def deliveries(self, info: Info) -> list[Delivery]:
        """What was sent, or could not be sent, to each output that was tried."""
        deliveries = await info.context.loaders.deliveries.load(self.execution.id)
        return [Delivery.of(delivery) for delivery in deliveries or ()]

    @strawberry.field
    def input_path(self) -> str | None:
        """Where the bytes received are, as a path of this service; null while there are none."""
        return download_path(self.execution, "input") if self._has_files and self.execution.source else None

    @strawberry.field
    async def output_path(self, info: Info) -> str | None:
        """Where what was delivered is, as a path of this service; null while nothing was."""
        deliveries = await info.context.loaders.deliveries.load(self.execution.id)
        is_delivered = any(delivery.status is DeliveryStatus.DELIVERED for delivery in deliveries or ())
        return download_path(self.execution, "output") if self._has_files and is_delivered else None

    @strawberry.field
    def error_report(self) -> ErrorReport | None:
        """Every erroneous cell as a file; null while the latest attempt is not validated."""
        return ErrorReport.of(self.execution) if self._has_files and self.execution.log.counts else None

    @property
    def _has_files(self) -> bool:
        """What executions of wrappers received and sent is not to be fetched."""
        return self.execution.pipeline_id is not None


@strawberry.type
class CreatedExecutions:
    """What executing a pipeline began."""

    executions: list[Execution]
    """One for each waiting file, or one where the source is asked or calls us."""
