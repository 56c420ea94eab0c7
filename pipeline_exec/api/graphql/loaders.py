"""Loaders: what many rows of an answer refer to is asked of the services at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from anyio import to_thread
from strawberry.dataloader import DataLoader

from pipeline_exec.model.connector import Connector
from pipeline_exec.model.execution import Delivery, ExecutionLog
from pipeline_exec.model.identity import ConnectorId, ExecutionId, PipelineId, TargetModelId, WrapperId
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.model.target_model import TargetModel
from pipeline_exec.model.wrapper import WrapperLogLine
from pipeline_exec.services.layer import ServiceLayer

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Loaders:
    """One loader for each thing rows refer to; each answers None for what is not there.

    Nothing is kept between two batches: a websocket lives longer than an answer stays true.
    """

    def __init__(self, layer: ServiceLayer) -> None:
        self.pipelines: DataLoader[PipelineId, Pipeline | None] = _loader(layer.pipelines.many)
        self.connectors: DataLoader[ConnectorId, Connector | None] = _loader(layer.connectors.many)
        self.target_models: DataLoader[TargetModelId, TargetModel | None] = _loader(layer.target_models.many)
        self.logs: DataLoader[ExecutionId, Sequence[ExecutionLog] | None] = _loader(layer.executions.logs)
        self.deliveries: DataLoader[ExecutionId, Sequence[Delivery] | None] = _loader(layer.executions.deliveries)
        self.wrapper_lines: DataLoader[tuple[WrapperId, int], Sequence[WrapperLogLine] | None] = _loader(
            lambda keys: _wrapper_lines(layer, list(keys))
        )


def _loader(many: Callable[[Iterable[K]], Mapping[K, V]]) -> DataLoader[K, V | None]:
    async def load(keys: list[K]) -> list[V | None]:
        found = await to_thread.run_sync(many, list(dict.fromkeys(keys)))
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load, cache=False)


def _wrapper_lines(
    layer: ServiceLayer, keys: Sequence[tuple[WrapperId, int]]
) -> Mapping[tuple[WrapperId, int], Sequence[WrapperLogLine]]:
    """The newest lines of each wrapper, as many as its key says."""
    found: dict[tuple[WrapperId, int], Sequence[WrapperLogLine]] = {}
    for limit in {limit for _, limit in keys}:
        lines = layer.wrappers.log([wrapper_id for wrapper_id, wanted in keys if wanted == limit], limit)
        found |= {(wrapper_id, limit): newest for wrapper_id, newest in lines.items()}
    return found
