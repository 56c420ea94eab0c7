"""Limits: what a destination takes at most."""

from __future__ import annotations

from pydantic import Field

from pipeline_exec.model.document import Document
from pipeline_exec.ports import Limits


class LimitedConfiguration(Document):
    """The limits of a destination, enforced before anything is sent."""

    max_file_size: int | None = Field(None, gt=0)
    """Largest output in bytes."""
    max_rows: int | None = Field(None, gt=0)
    """Most rows of one output."""

    @property
    def limits(self) -> Limits:
        """Both, as whoever delivers asks for them."""
        return Limits(max_file_size=self.max_file_size, max_rows=self.max_rows)
