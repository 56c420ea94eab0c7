"""Downloads: where the files of an execution are, for a graph carries no bytes."""

from __future__ import annotations

from typing import Self

import strawberry

from pipeline_exec.api.paths import PIPELINES
from pipeline_exec.model.execution import Execution


@strawberry.type
class ErrorReport:
    """Where every erroneous cell of the latest validation is, as paths of this service with the same authentication."""

    json: str
    """In pages, with ``pagination`` as a query parameter."""
    csv: str
    """All that are kept."""
    xlsx: str
    """The mapped table as a workbook, its erroneous cells coloured and commented."""

    @classmethod
    def of(cls, execution: Execution) -> Self:
        """Of an execution that was validated."""
        errors = download_path(execution, "errors")
        return cls(json=errors, csv=f"{errors}?format=csv", xlsx=f"{errors}?format=xlsx")


def download_path(execution: Execution, part: str) -> str:
    """Where a part of an execution is: ``input``, ``output`` or ``errors``."""
    return f"{PIPELINES}/execution/{execution.id}/{part}"
