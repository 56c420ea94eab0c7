"""Every error the product raises on purpose, and what the engine does about each.

PipelineExecError
├── RequestRefused                 the caller must change the request; nothing was done
│   ├── InvalidDocument            400
│   ├── Unauthenticated            401
│   ├── Forbidden                  403
│   ├── NotFound                   404
│   ├── Conflict                   409
│   ├── TooLarge                   413
│   ├── TooManyRequests            429
│   └── Unavailable                503
├── ExecutionFailure               the execution ends FAILED with a typed error
│   ├── SourceUnresponsive         SOURCE_UNRESPONSIVE, transient
│   ├── SourceRefused              SOURCE_UNRESPONSIVE, permanent
│   ├── SourceDataEmpty            SOURCE_DATA_EMPTY
│   ├── ParsingFailure             PARSING_FAILURE
│   ├── MappingFailure             MAPPING_FAILURE
│   ├── ErrorThresholdExceeded     ERROR_THRESHOLD_EXCEEDED
│   ├── DestinationUnresponsive    DESTINATION_UNRESPONSIVE, transient
│   ├── DestinationRefused         DESTINATION_UNRESPONSIVE, permanent
│   ├── DestinationSizeLimit       DESTINATION_SIZE_LIMIT
│   ├── WriteFileFailure           WRITE_FILE_FAILURE
│   ├── ExecutionCanceled          CANCELED
│   └── InternalError              INTERNAL_ERROR
└── AttemptTaken                   a second run for the same attempt: it ends without touching anything

A bad cell is never an exception: it is a finding (see ``dataplane.findings``).
The first sentence of every message says what happened and to what; the second what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ErrorType(StrEnum):
    """Why an execution failed, as clients see it."""

    SOURCE_UNRESPONSIVE = "SOURCE_UNRESPONSIVE"
    """The connection to the source could not be established, or the source refused."""
    SOURCE_DATA_EMPTY = "SOURCE_DATA_EMPTY"
    """The input contained no data."""
    PARSING_FAILURE = "PARSING_FAILURE"
    """The input could not be parsed."""
    DESTINATION_UNRESPONSIVE = "DESTINATION_UNRESPONSIVE"
    """The connection to the destination could not be established, or the destination refused."""
    DESTINATION_SIZE_LIMIT = "DESTINATION_SIZE_LIMIT"
    """The output is larger than the destination allows."""
    WRITE_FILE_FAILURE = "WRITE_FILE_FAILURE"
    """The destination was reached, but the output could not be written."""
    ERROR_THRESHOLD_EXCEEDED = "ERROR_THRESHOLD_EXCEEDED"
    """More cells were erroneous than the pipeline allows."""
    MAPPING_FAILURE = "MAPPING_FAILURE"
    """A mapped source column is absent, nothing of the target is found, or a transformation cannot be evaluated."""
    CANCELED = "CANCELED"
    """Somebody canceled the execution."""
    INTERNAL_ERROR = "INTERNAL_ERROR"
    """The worker died, or a defect of ours."""


class PipelineExecError(Exception):
    """What went wrong in one sentence, and what to do about it in another."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    @property
    def message(self) -> str:
        """Both sentences, as a person reads them."""
        return f"{self.what} {self.remedy}".strip()

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field of a document; ``field`` is a dotted path."""

    field: str
    message: str


class RequestRefused(PipelineExecError):
    """The caller must change the request; nothing was done."""

    #: The HTTP status that says the same.
    http_status: ClassVar[int] = 400


class InvalidDocument(RequestRefused):
    """The request is not well formed; ``problems`` names each field that is wrong."""

    def __init__(self, what: str, problems: Sequence[FieldProblem] = (), remedy: str = "") -> None:
        super().__init__(what, remedy)
        self.args = (what, tuple(problems), remedy)
        self.problems = tuple(problems)


class Unauthenticated(RequestRefused):
    """The caller did not say, or could not prove, who they are."""

    http_status = 401


class Forbidden(RequestRefused):
    """The caller is known and may not do this."""

    http_status = 403


class NotFound(RequestRefused):
    """There is no such thing, or not for this caller."""

    http_status = 404


class Conflict(RequestRefused):
    """The thing is in a state in which this cannot be done."""

    http_status = 409


class TooLarge(RequestRefused):
    """The payload is larger than the service takes."""

    http_status = 413


class TooManyRequests(RequestRefused):
    """The caller asks more often than allowed; ``retry_after`` says in how many seconds to try again."""

    http_status = 429

    def __init__(self, what: str, remedy: str = "", retry_after: int = 1) -> None:
        super().__init__(what, remedy)
        self.args = (what, remedy, retry_after)
        self.retry_after = retry_after


class Unavailable(RequestRefused):
    """A part of the service is not there at the moment; the same request may succeed later."""

    http_status = 503


class ExecutionFailure(PipelineExecError):
    """The execution ends FAILED with this type and message."""

    error_type: ClassVar[ErrorType]
    #: Whether trying the same again may succeed without anybody changing anything.
    transient: ClassVar[bool] = False


class SourceUnresponsive(ExecutionFailure):
    """The source cannot be reached: refused, reset, timed out, 5xx, 429."""

    error_type = ErrorType.SOURCE_UNRESPONSIVE
    transient = True


class SourceRefused(ExecutionFailure):
    """The source was reached and said no: authentication, permission, not found."""

    error_type = ErrorType.SOURCE_UNRESPONSIVE


class SourceDataEmpty(ExecutionFailure):
    """The input holds no data; ``header`` is what it has of a header."""

    error_type = ErrorType.SOURCE_DATA_EMPTY

    def __init__(self, what: str, remedy: str = "", header: Sequence[str] = ()) -> None:
        super().__init__(what, remedy)
        self.args = (what, remedy, tuple(header))
        self.header = tuple(header)


class ParsingFailure(ExecutionFailure):
    """The input cannot be read as what it claims to be."""

    error_type = ErrorType.PARSING_FAILURE


class MappingFailure(ExecutionFailure):
    """A mapped source column is absent, nothing of the target is found, or a transformation cannot be evaluated."""

    error_type = ErrorType.MAPPING_FAILURE


class ErrorThresholdExceeded(ExecutionFailure):
    """More cells are erroneous than the pipeline allows."""

    error_type = ErrorType.ERROR_THRESHOLD_EXCEEDED


class DestinationUnresponsive(ExecutionFailure):
    """The destination cannot be reached: refused, reset, timed out, 5xx, 429."""

    error_type = ErrorType.DESTINATION_UNRESPONSIVE
    transient = True


class DestinationRefused(ExecutionFailure):
    """The destination was reached and said no."""

    error_type = ErrorType.DESTINATION_UNRESPONSIVE


class DestinationSizeLimit(ExecutionFailure):
    """The output is larger than the destination allows; nothing was sent."""

    error_type = ErrorType.DESTINATION_SIZE_LIMIT


class WriteFileFailure(ExecutionFailure):
    """The destination was reached, but the output could not be written there."""

    error_type = ErrorType.WRITE_FILE_FAILURE


class ExecutionCanceled(ExecutionFailure):
    """Somebody canceled the execution."""

    error_type = ErrorType.CANCELED


class InternalError(ExecutionFailure):
    """The worker died, or a defect of ours; the details are in the service's own log."""

    error_type = ErrorType.INTERNAL_ERROR


class AttemptTaken(PipelineExecError):
    """Another run already does this attempt; this one must end without touching source or destination."""
