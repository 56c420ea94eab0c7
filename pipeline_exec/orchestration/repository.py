"""The repository: definitions from the store. Nothing is read before somebody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from dagster import (
    DefaultScheduleStatus,
    JobDefinition,
    RepositoryData,
    ResourceDefinition,
    ScheduleDefinition,
    SensorDefinition,
)

from pipeline_exec.errors import NotFound
from pipeline_exec.model.connector import ConnectorDocument, ConnectorTrigger
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.wrapper import Wrapper
from pipeline_exec.orchestration.jobs import JobFactory, LayerFactory
from pipeline_exec.orchestration.reconciler import reconciler_sensor
from pipeline_exec.orchestration.schedules import pipeline_schedule
from pipeline_exec.orchestration.sensors import file_sensor, push_sensor
from pipeline_exec.ports import Intake
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.services.lifecycle import wrapper_job, wrapper_of_job

T = TypeVar("T")


class PipelineRepository(RepositoryData):
    """What the store held when it was first asked; ``renewed`` looks again and keeps what did not change.

    ``get_job`` and ``has_job`` load just the one asked for, also one that was stored after the listing, so that a run's
    start costs the same with one or ten thousand pipelines. Definitions that did not change stay the same objects:
    Dagster computes a snapshot once for each object, and a thousand of them take seconds.
    """

    def __init__(self, layer: LayerFactory, schedules: DefaultScheduleStatus = DefaultScheduleStatus.RUNNING) -> None:
        self._layer = layer
        self._schedule_status = schedules
        self._jobs = JobFactory(layer)
        self._lock = threading.RLock()
        self._listing: _Listing | None = None
        self._built: dict[Hashable, tuple[Hashable, object]] = {}
        self._before: dict[Hashable, tuple[Hashable, object]] = {}

    def renewed(self, schedules: DefaultScheduleStatus) -> PipelineRepository:
        """The repository of what the store holds now.

        Args:
            schedules: Their default status: RUNNING where nobody starts them, STOPPED where ``instigators`` does.
        """
        renewed = PipelineRepository(self._layer, schedules)
        # What is asked for again is taken over; what is not, such as a deleted pipeline's, goes with this repository.
        renewed._before = self._built
        return renewed

    def get_all_jobs(self) -> Sequence[JobDefinition]:
        """Every job, active pipelines first."""
        listing = self._listed()
        jobs = [self._pipeline_job(pipeline) for pipeline in listing.pipelines.values()]
        return [*jobs, *(self._wrapper_job(wrapper) for wrapper in listing.wrappers.values())]

    def get_job_names(self) -> Sequence[str]:
        """The names of all jobs; none is built."""
        listing = self._listed()
        return [*listing.pipelines, *listing.wrappers]

    def has_job(self, job_name: str) -> bool:
        """Whether there is such a job now."""
        return self._find(job_name) is not None

    def get_job(self, job_name: str) -> JobDefinition:
        """One job, whether or not it was there when the others were listed.

        Raises:
            KeyError: there is no such job.
        """
        found = self._find(job_name)
        if found is None:
            raise KeyError(f"There is no pipeline or wrapper whose job is called {job_name!r}.")
        return found

    def get_all_sensors(self) -> Sequence[SensorDefinition]:
        """One for each EVENT_BASE pipeline, and the reconciler."""
        sensors = [self._sensor(pipeline) for pipeline in self._listed().pipelines.values()]
        return [self._reconciler(), *(sensor for sensor in sensors if sensor is not None)]

    def get_all_schedules(self) -> Sequence[ScheduleDefinition]:
        """One for each pipeline with a schedule."""
        schedules = [self._schedule(pipeline) for pipeline in self._listed().pipelines.values()]
        return [schedule for schedule in schedules if schedule is not None]

    def get_top_level_resources(self) -> dict[str, ResourceDefinition]:
        """None: the resources of ours belong to runs."""
        return {}

    def get_env_vars_by_top_level_resource(self) -> dict[str, set[str]]:
        """None, likewise."""
        return {}

    def _find(self, name: str) -> JobDefinition | None:
        with self._layer().ports.store.reading() as tx:
            pipeline = tx.pipelines.by_slug(name)
            if pipeline is not None:
                return self._pipeline_job(pipeline)
            try:
                return self._wrapper_job(tx.wrappers.get(wrapper_of_job(name)))
            except NotFound:
                return None

    def _listed(self) -> _Listing:
        with self._lock:
            if self._listing is None:
                self._listing = _Listing(self._layer())
            return self._listing

    def _kept(self, key: Hashable, version: Hashable, build: Callable[[], T]) -> T:
        """What was built under this key for this version; built anew when the version is another."""
        with self._lock:
            kept = self._built.get(key) or self._before.get(key)
            self._built[key] = kept if kept is not None and kept[0] == version else (version, build())
            return self._built[key][1]  # type: ignore[return-value]  # the key names the builder

    def _pipeline_job(self, pipeline: Pipeline) -> JobDefinition:
        version = (pipeline.name, pipeline.configuration.id)
        return self._kept(("job", pipeline.id), version, lambda: self._jobs.for_pipeline(pipeline))

    def _wrapper_job(self, wrapper: Wrapper) -> JobDefinition:
        name = wrapper_job(wrapper.id)
        return self._kept(("wrapper", wrapper.id), wrapper.document.name, lambda: self._jobs.for_wrapper(name, wrapper))

    def _sensor(self, pipeline: Pipeline) -> SensorDefinition | None:
        listing = self._listed()
        source = listing.sources[pipeline.id]
        if source.trigger is not ConnectorTrigger.EVENT_BASE:
            return None
        make = file_sensor if source.lists_files else push_sensor
        return self._kept(
            ("sensor", pipeline.id), (pipeline.name, source), lambda: make(self._layer, pipeline, source.poll_seconds)
        )

    def _schedule(self, pipeline: Pipeline) -> ScheduleDefinition | None:
        config = pipeline.configuration.document.schedule_config
        if config is None:
            return None
        version = (pipeline.name, pipeline.configuration.id, self._schedule_status)
        return self._kept(
            ("schedule", pipeline.id),
            version,
            lambda: pipeline_schedule(self._layer, pipeline, config, self._schedule_status),
        )

    def _reconciler(self) -> SensorDefinition:
        jobs, seconds = self.get_all_jobs(), self._layer().settings.reconcile_seconds
        return self._kept(
            "reconciler", tuple(job.name for job in jobs), lambda: reconciler_sensor(self._layer, jobs, seconds)
        )


@dataclass(frozen=True)
class _Source:
    """What decides a pipeline's sensor."""

    trigger: ConnectorTrigger | None
    lists_files: bool
    poll_seconds: float


class _Listing:
    """What the store holds, read once."""

    def __init__(self, layer: ServiceLayer) -> None:
        with layer.ports.store.reading() as tx:
            self.pipelines = {pipeline.slug: pipeline for pipeline in tx.pipelines.active()}
            self.wrappers = {wrapper_job(wrapper.id): wrapper for wrapper in tx.wrappers.all()}
            connectors = tx.connectors.many(
                pipeline.configuration.document.input_connectors[0] for pipeline in self.pipelines.values()
            )
        self.sources = {
            pipeline.id: _source(layer, connectors[pipeline.configuration.document.input_connectors[0]].document)
            for pipeline in self.pipelines.values()
        }


def _source(layer: ServiceLayer, document: ConnectorDocument) -> _Source:
    poll_seconds = document.configuration.get("poll_seconds")
    return _Source(
        trigger=document.trigger_type,
        lists_files=layer.ports.kinds.of(document).intake is Intake.FILES,
        poll_seconds=float(str(poll_seconds)) if poll_seconds else layer.settings.poll_seconds,
    )
