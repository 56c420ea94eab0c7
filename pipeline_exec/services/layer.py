"""The service layer: every service, wired once, shared by both facades, the command line and the ops."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline_exec.ports import Clock, ConnectorKinds, Engine, Formats, Staging, Store, Vault
from pipeline_exec.services.arrivals import ArrivalService
from pipeline_exec.services.attempts import AttemptService
from pipeline_exec.services.connectors import ConnectorService
from pipeline_exec.services.deliveries import DeliveryService
from pipeline_exec.services.documents import DocumentService, ExportService
from pipeline_exec.services.excerpts import Excerpts
from pipeline_exec.services.executions import ExecutionService
from pipeline_exec.services.ingestion import IngestionService
from pipeline_exec.services.lifecycle import Lifecycle
from pipeline_exec.services.lookups import LookupService
from pipeline_exec.services.pipelines import PipelineService
from pipeline_exec.services.plans import Planner
from pipeline_exec.services.previews import PreviewService
from pipeline_exec.services.principals import PrincipalService
from pipeline_exec.services.reconciliation import Reconciler
from pipeline_exec.services.reports import ReportService
from pipeline_exec.services.samples import SampleService
from pipeline_exec.services.sealing import Sealing
from pipeline_exec.services.specimens import Specimens
from pipeline_exec.services.stages import Stages
from pipeline_exec.services.suggestions import SuggestionService
from pipeline_exec.services.target_models import TargetModelService
from pipeline_exec.services.unpacking import Unpacker
from pipeline_exec.services.wrappers import WrapperService
from pipeline_exec.settings import Settings

EXECUTE_PATIENCE_SECONDS = 600.0
"""How long a wrapper's execute is waited for: as long as common proxies keep a request open at most."""

BEATS_BEFORE_LOST = 5
"""How many signs of life an attempt may miss."""


@dataclass(frozen=True)
class Ports:
    """The outside world, as the services know it."""

    store: Store
    staging: Staging
    vault: Vault
    kinds: ConnectorKinds
    formats: Formats
    engine: Engine
    clock: Clock


@dataclass(frozen=True)
class ServiceLayer:
    """Every service."""

    settings: Settings
    ports: Ports
    principals: PrincipalService
    connectors: ConnectorService
    target_models: TargetModelService
    pipelines: PipelineService
    executions: ExecutionService
    reports: ReportService
    arrivals: ArrivalService
    ingestion: IngestionService
    wrappers: WrapperService
    previews: PreviewService
    samples: SampleService
    suggestions: SuggestionService
    documents: DocumentService
    exports: ExportService
    lifecycle: Lifecycle
    attempts: AttemptService
    reconciler: Reconciler


def service_layer(settings: Settings, ports: Ports) -> ServiceLayer:
    """Wire the services over these ports."""
    store, staging, clock = ports.store, ports.staging, ports.clock
    sealing = Sealing(ports.vault)
    lifecycle = Lifecycle(store, ports.engine, clock, settings.max_recoveries)
    connectors = ConnectorService(store, ports.kinds, ports.formats, ports.engine, sealing, clock)
    unpacker = Unpacker(store, staging, ports.formats)
    arrivals = ArrivalService(store, staging, unpacker, connectors, clock, settings.max_file_size)
    pipelines = PipelineService(store, ports.kinds, ports.formats, ports.engine, clock)
    stages = Stages(
        store, staging, ports.formats, unpacker, arrivals, clock, settings.max_file_size, settings.max_findings
    )
    lookups = LookupService(store, staging, ports.formats, connectors, clock, settings.max_file_size)
    planner = Planner(connectors, sealing, lookups)
    deliveries = DeliveryService(store, staging, ports.formats)
    target_models = TargetModelService(store, ports.engine, clock)
    previews = PreviewService(ports.formats, lookups.tables)
    excerpts = Excerpts(staging, settings.max_sample_size, settings.max_sample_seconds)
    specimens = Specimens(store, staging, ports.formats, connectors, clock, excerpts)
    samples = SampleService(store, staging, previews, specimens, settings.max_file_size)
    wrappers = WrapperService(
        store=store,
        staging=staging,
        formats=ports.formats,
        connectors=connectors,
        sealing=sealing,
        lifecycle=lifecycle,
        engine=ports.engine,
        clock=clock,
        max_file_size=settings.max_wrapper_file_size,
        patience_seconds=EXECUTE_PATIENCE_SECONDS,
    )
    executions = ExecutionService(store, staging, pipelines, arrivals, planner, deliveries, lifecycle, clock)
    return ServiceLayer(
        settings=settings,
        ports=ports,
        principals=PrincipalService(store, clock),
        connectors=connectors,
        target_models=target_models,
        pipelines=pipelines,
        executions=executions,
        reports=ReportService(store, staging, ports.formats, executions),
        arrivals=arrivals,
        ingestion=IngestionService(store, staging, unpacker, connectors, lifecycle, clock, settings.max_file_size),
        wrappers=wrappers,
        previews=previews,
        samples=samples,
        suggestions=SuggestionService(target_models, samples),
        documents=DocumentService(connectors, target_models, pipelines, wrappers),
        exports=ExportService(store, staging, settings.home),
        lifecycle=lifecycle,
        attempts=AttemptService(
            store=store,
            staging=staging,
            planner=planner,
            stages=stages,
            deliveries=deliveries,
            lifecycle=lifecycle,
            clock=clock,
            beat_seconds=settings.lost_after_seconds / BEATS_BEFORE_LOST,
        ),
        reconciler=Reconciler(store, ports.engine, lifecycle, arrivals, clock, settings.lost_after_seconds),
    )
