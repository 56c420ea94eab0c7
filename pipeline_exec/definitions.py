"""What ``workspace.yaml`` points at: the repository, and a job by name for the workers. Nothing is read at import."""

from functools import cache

from dagster import JobDefinition, repository

from pipeline_exec.bootstrap import application
from pipeline_exec.orchestration.repository import PipelineRepository
from pipeline_exec.orchestration.tags import REPOSITORY
from pipeline_exec.services.layer import ServiceLayer
from pipeline_exec.settings import Settings


@cache
def layer() -> ServiceLayer:
    """This process's service layer."""
    return application(Settings.from_environment())


@repository(name=REPOSITORY)  # type: ignore[arg-type]  # RepositoryData is taken too; the annotation forgot it
def pipelines() -> PipelineRepository:
    """Every pipeline and wrapper in the store."""
    return PipelineRepository(layer)


def job_by_name(name: str, _run_id: str) -> JobDefinition:
    """The job as the store has it now; the run's id keeps Dagster from remembering an older one."""
    return PipelineRepository(layer).get_job(name)
