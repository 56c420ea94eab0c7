"""Samples: files that are sent to be looked at with a pipeline. Nothing is executed, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from pipeline_exec.errors import ExecutionFailure, FieldProblem, InvalidDocument
from pipeline_exec.model.identity import new_id
from pipeline_exec.model.pipeline import Pipeline
from pipeline_exec.ports import Staging
from pipeline_exec.services.previews import Preview, PreviewService
from pipeline_exec.services.staged import receive, sample_ref


@dataclass(frozen=True)
class SampleService:
    """Looks at files that somebody sends."""

    staging: Staging
    previews: PreviewService
    max_file_size: int

    def look(self, pipeline: Pipeline, name: str, write: Callable[[BinaryIO], None], rows: int) -> Preview:
        """The first rows of a file as the pipeline would map and check them.

        Args:
            pipeline: How it is read, mapped and checked.
            name: As the sender calls the file.
            write: Writes its bytes.
            rows: How many rows at most.

        Raises:
            TooLarge: it is larger than this service takes.
            InvalidDocument: it cannot be read, or has not the columns that the pipeline maps.
        """
        ref = sample_ref(new_id())

        def copy(into: BinaryIO) -> tuple[str, str]:
            write(into)
            return name, name

        try:
            receive(self.staging, ref, copy, self.max_file_size)
            options = pipeline.configuration.document.read_options
            return self.previews.look(self.staging.local(ref), name, options, pipeline, rows)
        except ExecutionFailure as error:
            raise InvalidDocument(error.what, [FieldProblem("file", error.what)], error.remedy) from error
        finally:
            self.staging.remove(ref)
