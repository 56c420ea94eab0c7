"""Pipelines as they are named on a command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline_exec.dataplane.problems import listed
from pipeline_exec.errors import NotFound
from pipeline_exec.model.execution import Execution
from pipeline_exec.model.pipeline import Pipeline

if TYPE_CHECKING:
    from pipeline_exec.services.layer import ServiceLayer


def find_pipeline(layer: ServiceLayer, name: str) -> Pipeline:
    """The pipeline of this name, or of this job name.

    Raises:
        NotFound: there is none; the message lists those there are.
    """
    with layer.ports.store.reading() as tx:
        found = tx.pipelines.named(name) or tx.pipelines.by_slug(name)
        known = [pipeline.name for pipeline in tx.pipelines.active()]
    if found is None:
        there_are = f"There are: {listed(known)}." if known else "Create one with: pipeline-exec apply."
        raise NotFound(f"There is no pipeline {name!r}.", there_are)
    return found


def pipeline_names(layer: ServiceLayer, executions: Iterable[Execution]) -> dict[str, str]:
    """The names of these executions' pipelines, by id; those that were deleted have none."""
    ids = {execution.pipeline_id for execution in executions if execution.pipeline_id is not None}
    with layer.ports.store.reading() as tx:
        return {pipeline.id: pipeline.name for pipeline in tx.pipelines.many(ids).values()}
