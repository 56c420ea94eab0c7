"""Where an execution's bytes are staged: one reference for each thing that is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import BinaryIO

from pipeline_exec.errors import SourceRefused, TooLarge
from pipeline_exec.model.execution import SourceFile, Stage
from pipeline_exec.model.identity import ExecutionId, FileId
from pipeline_exec.ports import Staging


def input_ref(execution_id: ExecutionId) -> str:
    """The bytes received."""
    return f"{execution_id}/input"


def refusal_ref(execution_id: ExecutionId) -> str:
    """Why there are no bytes: a file of an archive that cannot be unpacked."""
    return f"{execution_id}/refusal"


def rows_ref(execution_id: ExecutionId, stage: Stage, key: str) -> str:
    """The rows a stage made, under the key of everything that decides them."""
    return f"{execution_id}/{stage}-{key}.arrow"


def findings_ref(execution_id: ExecutionId, key: str) -> str:
    """The findings of a validation, under its key."""
    return f"{execution_id}/findings-{key}.arrow"


def report_ref(execution_id: ExecutionId, key: str) -> str:
    """The error report of a validation as a workbook, under its key."""
    return f"{execution_id}/report-{key}.xlsx"


def output_ref(execution_id: ExecutionId, key: str, extension: str) -> str:
    """The file written for outputs, under the key of everything that decides it."""
    return f"{execution_id}/output-{key}.{extension}"


def upload_ref(file_id: FileId) -> str:
    """A wrapper's uploaded file."""
    return f"uploads/{file_id}"


def sample_ref(name: str) -> str:
    """A file that is looked at and not kept."""
    return f"samples/{name}"


def receive(
    staging: Staging,
    ref: str,
    copy: Callable[[BinaryIO], tuple[str, str]],
    limit: int | None,
) -> SourceFile:
    """Stage bytes durably and say what was received.

    Args:
        staging: Where to.
        ref: Under which reference.
        copy: Writes the bytes and answers the name and the path the source gives them.
        limit: Bytes taken at most; None for those that are limited where they come from.

    Raises:
        TooLarge: more bytes came; nothing is staged.
    """
    with staging.writing(ref) as file:
        measured = _Measured(file, limit)
        name, path = copy(measured)  # type: ignore[arg-type]  # only write() is asked of it
    return SourceFile(name=name, path=path, size=measured.size, fingerprint=f"sha256:{measured.digest.hexdigest()}")


def fetch(staging: Staging, ref: str, copy: Callable[[BinaryIO], tuple[str, str]], limit: int) -> SourceFile:
    """As ``receive``, where we ask and nobody waits for an answer of ours.

    Raises:
        SourceRefused: more bytes came; nothing is staged.
    """
    try:
        return receive(staging, ref, copy, limit)
    except TooLarge as error:
        raise SourceRefused(error.what, error.remedy) from error


def too_large(limit: int) -> TooLarge:
    """The refusal of an input with more bytes than this."""
    return TooLarge(
        f"The input is larger than the {limit:,} bytes this service takes.",
        "Split it, or raise PIPELINE_EXEC_MAX_FILE_SIZE.",
    )


class _Measured:
    """A file being written that counts, hashes and limits what passes."""

    def __init__(self, file: BinaryIO, limit: int | None) -> None:
        self._file = file
        self._limit = limit
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self._limit is not None and self.size > self._limit:
            raise too_large(self._limit)
        self.digest.update(data)
        return self._file.write(data)
