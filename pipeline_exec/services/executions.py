"""Executions: asked for, looked at, fixed and canceled, whichever door the request came through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from pipeline_exec.errors import Conflict, ExecutionFailure, NotFound
from pipeline_exec.model.execution import (
    CellEdit,
    Delivery,
    Execution,
    ExecutionLog,
    ExecutionTrigger,
    LogType,
    Stage,
)
from pipeline_exec.model.identity import ConfigurationId, ExecutionId, PipelineId
from pipeline_exec.model.pipeline import Pipeline, PipelineConfiguration, StoredConfiguration
from pipeline_exec.model.principal import Principal
from pipeline_exec.model.query import Comparison, Operator, Page, Query
from pipeline_exec.ports import Clock, FileSource, Staging, Store, Transaction
from pipeline_exec.services.arrivals import ArrivalService
from pipeline_exec.services.deliveries import DeliveryService
from pipeline_exec.services.findings_files import Findings, read_findings
from pipeline_exec.services.fixes import (
    check_cells,
    counted_rows,
    earlier_dialect,
    earlier_edits,
    earlier_mapping,
    merged,
    overlaid,
)
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.pipelines import PipelineService
from pipeline_exec.services.plans import Planner, stage_keys
from pipeline_exec.services.request_keys import check_key
from pipeline_exec.services.staged import findings_ref, input_ref, rows_ref

OF_PIPELINES = Comparison("wrapper", Operator.NULL, True)
"""Executions of wrappers are seen through their wrappers only."""


@dataclass(frozen=True)
class ExecutionService:
    """What can be done with executions."""

    store: Store
    staging: Staging
    pipelines: PipelineService
    arrivals: ArrivalService
    planner: Planner
    delivery: DeliveryService
    lifecycle: Lifecycle
    clock: Clock

    def create(
        self, pipeline_id: PipelineId, caller: Principal, idempotency_key: str | None = None
    ) -> Sequence[Execution]:
        """Execute a pipeline now: one execution for each waiting file, or one where the source is asked or calls us.

        Returns as soon as the executions are recorded, with their input staged where it is a file, and launched.

        Args:
            pipeline_id: Which pipeline.
            caller: Whose name the executions carry.
            idempotency_key: A repeated call with the same key answers what the first call made.

        Raises:
            NotFound: there is no such pipeline.
            Conflict: it is not active.
            InvalidDocument: the key is too long.
        """
        check_key(idempotency_key)
        pipeline = self.pipelines.get(pipeline_id)
        if not pipeline.active:
            raise Conflict(f"Pipeline {pipeline.name!r} is not active.", "Set active to true to execute it.")
        request_key = f"manual:{caller.id}:{pipeline_id}:{idempotency_key}" if idempotency_key else None
        return self.request(pipeline, ExecutionTrigger.MANUAL, caller, request_key)

    def create_scheduled(self, pipeline: Pipeline, due: datetime) -> Sequence[Execution]:
        """The executions of one moment of a schedule; asked again for the same moment, the same ones. Not launched."""
        request_key = f"scheduled:{pipeline.id}:{due.isoformat()}"
        return self.record(pipeline, ExecutionTrigger.SCHEDULED, pipeline.audit.created_by, request_key)

    def request(
        self, pipeline: Pipeline, trigger: ExecutionTrigger, caller: Principal, request_key: str | None
    ) -> Sequence[Execution]:
        """Record and launch."""
        executions = self.record(pipeline, trigger, caller, request_key)
        self.lifecycle.launch(execution for execution in executions if not execution.is_finished)
        return executions

    def record(
        self, pipeline: Pipeline, trigger: ExecutionTrigger, caller: Principal, request_key: str | None
    ) -> Sequence[Execution]:
        """Record what a request means, once for each request key; nothing is launched."""
        known = self._known(request_key)
        if known:
            return known
        try:
            return self._recorded(pipeline, trigger, caller, request_key) or self._known(request_key)
        except Conflict:
            # The same request came twice at the same time, and the other was first.
            return self._known(request_key)

    def get(self, execution_id: ExecutionId) -> Execution:
        """Raises NotFound."""
        with self.store.reading() as tx:
            return _of_a_pipeline(tx.executions.get(execution_id))

    def find(self, query: Query) -> Page[Execution]:
        """Raises InvalidDocument for an attribute that cannot be asked."""
        with self.store.reading() as tx:
            return tx.executions.find(query.also(OF_PIPELINES))

    def of_archive(self, execution: Execution) -> Sequence[Execution]:
        """The executions of all files of the archive that an execution's input came in; none when it came alone."""
        if execution.archive_id is None:
            return []
        with self.store.reading() as tx:
            return tx.executions.of_archive(execution.archive_id)

    def logs(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[ExecutionLog]]:
        """All attempts of each, oldest first."""
        with self.store.reading() as tx:
            return tx.executions.logs(execution_ids)

    def deliveries(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, Sequence[Delivery]]:
        """What each delivered, or not, by output; none where nothing was tried yet."""
        with self.store.reading() as tx:
            return tx.executions.deliveries(execution_ids)

    def revisions(self, execution_ids: Iterable[ExecutionId]) -> Mapping[ExecutionId, int]:
        """A number for each that grows with every change of it."""
        with self.store.reading() as tx:
            return tx.executions.revisions(execution_ids)

    def cancel(self, execution_id: ExecutionId, caller: Principal) -> Execution:
        """Raises NotFound, and Conflict when it has ended already."""
        self.get(execution_id)
        return self.lifecycle.cancel(execution_id, caller)

    def fix(
        self,
        execution_id: ExecutionId,
        caller: Principal,
        *,
        configuration: Mapping[str, object] | None = None,
        cells: Sequence[CellEdit] = (),
        save: bool = False,
    ) -> Execution:
        """Run an ended execution again, from the data already received and from the first stage the change touches.

        Args:
            execution_id: Which execution.
            caller: Who repaired it.
            configuration: The part of the configuration that changes; with it the target data model is as it is now.
            cells: Repaired cells of the mapped table; they add to those of earlier fixes, unless the file is read
                otherwise now: its rows are others then.
            save: Keep the changed configuration for later executions too; of a pipeline that was changed otherwise
                since, nothing but this change.

        Raises:
            NotFound: there is no such execution, or its pipeline is gone.
            Conflict: it is PROCESSING.
            InvalidDocument: the changed configuration is not valid, or a cell is not in the table.
        """
        with self.store.writing() as tx:
            execution = _of_a_pipeline(tx.executions.get(execution_id))
            if not execution.is_finished:
                raise Conflict(f"Execution {execution_id} is PROCESSING.", "Wait for its end or cancel it first.")
            stored = self._configured(tx, execution, caller, configuration, save=save)
            rows = counted_rows(tx, execution, stored)
            check_cells(cells, stored.target_model, rows)
            edits = merged(earlier_edits(tx, execution, stored) if rows is not None else [], cells)
            fixed = execution.retried(
                LogType.FIX,
                caller=caller,
                at=self.clock(),
                configuration_id=stored.id,
                first_stage=self._first_stage(tx, execution, stored, edits),
                edits=edits,
                dialect=earlier_dialect(tx, execution, stored),
                mapping=earlier_mapping(tx, execution, stored),
            )
            if not tx.executions.retry(fixed, execution.log.id):
                raise Conflict(f"Execution {execution_id} was just fixed by somebody else.", "Look at it again.")
        if save and configuration:
            self.pipelines.engine.refresh()
        self.lifecycle.launch([fixed])
        return fixed

    def input(self, execution_id: ExecutionId) -> tuple[Path, str]:
        """A path with the bytes received, and the name their source gave them.

        Raises:
            NotFound: there is no such execution, or it received nothing.
        """
        execution = self.get(execution_id)
        if execution.source is None:
            raise NotFound(f"Execution {execution_id} has received no input.")
        ref = input_ref(execution_id)
        if not self.staging.exists(ref):
            raise NotFound(f"{execution.source.name} could not be unpacked, so that there are no bytes of it.")
        return self.staging.local(ref), PurePosixPath(execution.source.name).name

    def output(self, execution_id: ExecutionId) -> tuple[Path, str]:
        """A path with what was delivered as a file, and its name.

        Raises:
            NotFound: there is no such execution, nothing of it was delivered, or its pipeline is gone.
        """
        execution = self.get(execution_id)
        with self.store.reading() as tx:
            plan = self.planner.plan(tx, execution)
        return self.delivery.delivered(plan)

    def findings(self, execution_id: ExecutionId) -> Findings:
        """The erroneous cells of the latest validation.

        Raises:
            NotFound: there is no such execution, or nothing was validated.
        """
        execution = self.get(execution_id)
        with self.store.reading() as tx:
            stored = tx.pipelines.configuration(ConfigurationId(str(execution.log.configuration_id)))
        key = stage_keys(stored, execution.log.edits)[Stage.VALIDATE]
        try:
            path = self.staging.local(findings_ref(execution_id, key))
        except NotFound:
            raise NotFound(f"Execution {execution_id} was not validated, so there are no findings.") from None
        return read_findings(path)

    def _recorded(
        self, pipeline: Pipeline, trigger: ExecutionTrigger, caller: Principal, request_key: str | None
    ) -> Sequence[Execution]:
        if self._lists_files(pipeline):
            try:
                collected = self.arrivals.collect(pipeline, trigger, caller, request_key=request_key)
            except ExecutionFailure:
                # The source cannot be listed: an execution whose run asks again will say so, typed and for all to see.
                pass
            else:
                # The same where files are waiting and not one of them can be had.
                if collected.executions or not collected.problems:
                    return collected.executions
        execution = Execution.new(
            trigger=trigger,
            caller=caller,
            at=self.clock(),
            pipeline_id=pipeline.id,
            configuration_id=pipeline.configuration.id,
            request_key=f"{request_key}#0" if request_key else None,
        )
        with self.store.writing() as tx:
            tx.executions.add(execution)
        return [execution]

    def _lists_files(self, pipeline: Pipeline) -> bool:
        with self.store.reading() as tx:
            connector = tx.connectors.get(pipeline.configuration.document.input_connectors[0])
        return isinstance(self.arrivals.connectors.open(connector.document).port, FileSource)

    def _known(self, request_key: str | None) -> list[Execution]:
        known: list[Execution] = []
        if request_key is None:
            return known
        with self.store.reading() as tx:
            while (found := tx.executions.by_request_key(f"{request_key}#{len(known)}")) is not None:
                known.append(found)
        return known

    def _configured(
        self,
        tx: Transaction,
        execution: Execution,
        caller: Principal,
        change: Mapping[str, object] | None,
        *,
        save: bool,
    ) -> StoredConfiguration:
        if execution.pipeline_id is None or execution.log.configuration_id is None:
            raise NotFound(f"There is no execution {execution.id}.")
        before = tx.pipelines.configuration(execution.log.configuration_id)
        pipeline = tx.pipelines.get(execution.pipeline_id)
        if not change:
            return before
        document = PipelineConfiguration.parse(overlaid(before.document.to_json(), change), at="configuration")
        configured = self.pipelines.configure(tx, pipeline.id, document, caller)
        known = (before, pipeline.configuration)
        configured = next((each for each in known if _is_same(each, configured)), configured)
        kept = self._kept(tx, execution, pipeline, configured, change, caller) if save else pipeline.configuration
        if configured not in (*known, kept):
            tx.pipelines.add_configuration(configured)
        if kept.id != pipeline.configuration.id:
            audit = pipeline.audit.touched(caller, self.clock())
            tx.pipelines.save(replace(pipeline, configuration=kept, audit=audit))
        return configured

    def _kept(
        self,
        tx: Transaction,
        execution: Execution,
        pipeline: Pipeline,
        configured: StoredConfiguration,
        change: Mapping[str, object],
        caller: Principal,
    ) -> StoredConfiguration:
        """What later executions use: the same; of a pipeline that was changed otherwise since, that with the change."""
        current = pipeline.configuration
        used = [log.configuration_id for log in tx.executions.logs([execution.id])[execution.id]]
        if current.id in used or configured == current:
            return configured
        document = PipelineConfiguration.parse(overlaid(current.document.to_json(), change), at="configuration")
        return self.pipelines.configure(tx, pipeline.id, document, caller)

    def _first_stage(
        self, tx: Transaction, execution: Execution, stored: StoredConfiguration, edits: tuple[CellEdit, ...]
    ) -> Stage:
        """The first stage whose rows are not staged under what decides them now."""
        keys = stage_keys(stored, edits)
        for stage in (Stage.READ, Stage.MAP, Stage.VALIDATE):
            if not self.staging.exists(rows_ref(execution.id, stage, keys[stage])):
                return stage
        before = tx.pipelines.configuration(ConfigurationId(str(execution.log.configuration_id)))
        counted = stage_keys(before, execution.log.edits)[Stage.VALIDATE] == keys[Stage.VALIDATE]
        # After a detour the rows are those of an earlier attempt, and the counts of the latest are not theirs.
        return Stage.WRITE if counted and execution.log.counts else Stage.VALIDATE


def _of_a_pipeline(execution: Execution) -> Execution:
    if execution.pipeline_id is None:
        raise NotFound(f"There is no execution {execution.id}.")
    return execution


def _is_same(one: StoredConfiguration, other: StoredConfiguration) -> bool:
    return (one.document, one.target_model) == (other.document, other.target_model)
