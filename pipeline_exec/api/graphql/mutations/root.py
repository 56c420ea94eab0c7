"""The root of all mutations."""

from __future__ import annotations

import strawberry

from pipeline_exec.api.graphql.mutations.connector import ConnectorMutations
from pipeline_exec.api.graphql.mutations.execution import ExecutionMutations
from pipeline_exec.api.graphql.mutations.pipeline import PipelineMutations
from pipeline_exec.api.graphql.mutations.preview import PreviewMutations
from pipeline_exec.api.graphql.mutations.target_model import TargetModelMutations
from pipeline_exec.api.graphql.mutations.wrapper import WrapperMutations


@strawberry.type
class Mutation(
    ExecutionMutations,
    PipelineMutations,
    ConnectorMutations,
    TargetModelMutations,
    WrapperMutations,
    PreviewMutations,
):
    """Everything that can be done."""
