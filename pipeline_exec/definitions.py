"""What ``workspace.yaml`` points at: the repository. Nothing is read at import."""

from functools import cache

from dagster import repository

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
