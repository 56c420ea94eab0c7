"""Runs and attempts: which attempt a Dagster run does, found, adopted or made when its first op asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from dagster import DagsterRun, Failure, MetadataValue

from pipeline_exec.errors import AttemptTaken, ExecutionFailure, NotFound
from pipeline_exec.model.execution import Stage
from pipeline_exec.model.identity import ConfigurationId, ExecutionId, LogId, PipelineId, PrincipalId, RunId, WrapperId
from pipeline_exec.model.principal import Principal
from pipeline_exec.orchestration import tags
from pipeline_exec.orchestration.metadata import Metadata
from pipeline_exec.services.attempts import Attempt
from pipeline_exec.services.layer import ServiceLayer


@dataclass(frozen=True)
class JobSubject:
    """What a job executes: a pipeline, with the configuration its run is pinned to, or a wrapper."""

    pipeline_id: PipelineId | None = None
    configuration_id: ConfigurationId | None = None
    wrapper_id: WrapperId | None = None


class RunAttempt:
    """The resource through which the ops of one run reach its attempt."""

    def __init__(self, layer: ServiceLayer, run: DagsterRun, subject: JobSubject) -> None:
        self._layer = layer
        self._run = run
        self._subject = subject
        self._attempt: Attempt | None = None
        self._notes: Metadata = {}

    @property
    def attempt(self) -> Attempt:
        """The attempt of this run, its fence taken.

        A run that was launched for a recorded attempt takes that; a re-execution in the Dagster UI becomes a FIX of the
        execution it repeats; a run launched in the Dagster UI becomes a MANUAL execution.

        Raises:
            AttemptTaken: another run does the attempt, or it is over.
        """
        if self._attempt is None:
            self._attempt = self._found()
            self._attempt.keep_alive()
        return self._attempt

    def note(self, metadata: Metadata) -> None:
        """Remember what only becomes known while a stage's rows are consumed."""
        self._notes.update(metadata)

    def notes(self) -> Metadata:
        """What was noted since this was last asked."""
        notes, self._notes = self._notes, {}
        return notes

    @contextmanager
    def typed_failures(self) -> Iterator[None]:
        """Show a typed failure in Dagster as its message, with type and notes; Dagster itself does not retry it."""
        try:
            yield
        except ExecutionFailure as error:
            metadata = {"error_type": MetadataValue.text(error.error_type.value), **self.notes()}
            raise Failure(description=error.message, metadata=metadata, allow_retries=False) from error
        except AttemptTaken as error:
            raise Failure(description=error.message, allow_retries=False) from error

    def _found(self) -> Attempt:
        attempts, run_id = self._layer.attempts, RunId(self._run.run_id)
        recorded = self._recorded()
        if recorded is not None:
            return attempts.begin(recorded, run_id)
        known = attempts.of_run(run_id)
        if known is not None:
            return known
        caller, execution_id = self._caller(), self._run.tags.get(tags.EXECUTION)
        if self._run.parent_run_id and execution_id:
            return attempts.adopt(run_id, ExecutionId(execution_id), caller, self._first_stage())
        if self._subject.wrapper_id:
            return attempts.create_for_wrapper(run_id, self._subject.wrapper_id, caller)
        if self._subject.pipeline_id is None:
            raise TypeError("a job executes a pipeline or a wrapper")
        return attempts.create(run_id, self._subject.pipeline_id, self._subject.configuration_id, caller)

    def _recorded(self) -> LogId | None:
        """The attempt this run was launched for.

        Dagster copies the tags of a run that is re-executed in its UI, so a tag that names an attempt another run has
        begun says nothing about a run that has a parent.
        """
        log_id, execution_id = self._run.tags.get(tags.ATTEMPT), self._run.tags.get(tags.EXECUTION)
        if not log_id or not execution_id:
            return None
        with self._layer.ports.store.reading() as tx:
            logs = tx.executions.logs([ExecutionId(execution_id)]).get(ExecutionId(execution_id), ())
        copied = any(log.id == log_id and log.fenced_at is not None and log.run_id != self._run.run_id for log in logs)
        return None if copied and self._run.parent_run_id else LogId(log_id)

    def _caller(self) -> Principal | None:
        principal_id = self._run.tags.get(tags.CALLER)
        if not principal_id:
            return None
        try:
            return self._layer.principals.get(PrincipalId(principal_id))
        except NotFound:
            return None

    def _first_stage(self) -> Stage:
        """The first of the steps selected, or the first of all."""
        selected = self._run.step_keys_to_execute or ()
        return next((stage for stage in Stage if stage.value in selected), Stage.READ)
