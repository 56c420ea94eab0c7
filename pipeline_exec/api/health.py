"""Health: whether every part of the service is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import APIRouter

from pipeline_exec.api.paths import HEALTH
from pipeline_exec.api.views.envelope import Data, Problem
from pipeline_exec.api.views.view import View
from pipeline_exec.errors import PipelineExecError, Unavailable

Check = Callable[[], None]
"""Returns when a part is there; raises one of our errors when it is not."""


class HealthView(View):
    """All is well."""

    message: str


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """Serves the health of the parts.

    Args:
        checks: By the name of the part.
    """
    router = APIRouter()

    @router.get(HEALTH, tags=["management"], responses={503: {"model": Problem}})
    def health() -> Data[HealthView]:
        """Whether the service and what it needs are there. Needs no authentication."""
        for name, check in checks.items():
            try:
                check()
            except PipelineExecError as error:
                raise Unavailable(f"{name}: {error.what}", error.remedy) from error
        return Data(data=HealthView(message="OK"))

    return router
