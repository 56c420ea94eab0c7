"""The names by which our runs are known to Dagster."""

from __future__ import annotations

from pipeline_exec.model.execution import Execution

LOCATION = "pipeline_exec"
"""The code location."""
REPOSITORY = "pipelines"
"""The one repository in it."""

EXECUTION = "pipeline_exec/execution_id"
ATTEMPT = "pipeline_exec/attempt"
RUN = "pipeline_exec/run_id"
"""The id under which an attempt knows its run until it begins; runs that a sensor asks for get one from Dagster."""
PIPELINE = "pipeline_exec/pipeline_id"
WRAPPER = "pipeline_exec/wrapper_id"
CONFIGURATION = "pipeline_exec/configuration_id"
TRIGGER = "pipeline_exec/trigger_type"
CALLER = "pipeline_exec/caller"
SOURCE = "pipeline_exec/source"

CALLER_HEADER = "x-pipeline-exec-principal"
"""The header in which our API tells the Dagster UI who is logged in."""

#: Dagster refuses longer tag values (dagster/_core/storage/tags.py, and the database column behind it).
LONGEST_VALUE = 250


def of_execution(execution: Execution) -> dict[str, str]:
    """The tags of the run of an execution's latest attempt."""
    tags = {
        EXECUTION: execution.id,
        ATTEMPT: execution.log.id,
        RUN: execution.log.run_id,
        TRIGGER: execution.trigger_type.value,
        CALLER: execution.audit.updated_by.id,
        PIPELINE: execution.pipeline_id,
        WRAPPER: execution.wrapper_id,
        CONFIGURATION: execution.log.configuration_id,
        SOURCE: execution.source.name[:LONGEST_VALUE] if execution.source else None,
    }
    return {key: value for key, value in tags.items() if value}
