"""Answers of an HTTP server that are refusals, told as our errors."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from pipeline_exec.connectors.failures import Family
from pipeline_exec.connectors.http_address import shown_url
from pipeline_exec.connectors.http_errors import FOREIGN
from pipeline_exec.connectors.http_transport import OverdueError
from pipeline_exec.connectors.secrets import masked
from pipeline_exec.errors import ExecutionFailure

#: Answers after which the same request may succeed.
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

#: Bytes of a refusal that are looked at, and characters of it that are told.
_REASON_BYTES = 4096
_REASON_LENGTH = 200


class AnswerError(Exception):
    """An answer that is a refusal."""

    def __init__(self, status: int, wait: float) -> None:
        super().__init__(status, wait)
        self.status = status
        self.wait = wait
        """Seconds for which the server asked to be left alone."""


def refusal(response: httpx.Response, family: Family, secrets: Iterable[str]) -> ExecutionFailure:
    """An answer that is no success as our error, with its status and, without secrets, its reason."""
    status, host = response.status_code, response.url.host
    what = f"{host} answered {status}{_reason(response, secrets)}."
    if status in TRANSIENT_STATUSES:
        failure = family.unresponsive(what, "Try again later, or ask whoever runs the server.")
    else:
        failure = family.refused(what, _remedy(response))
    failure.__cause__ = AnswerError(status, _retry_after(response))
    return failure


def asked_pause(error: BaseException) -> float:
    """How many seconds to wait before the same is tried again, as far as the error says; infinite for never."""
    match error.__cause__:
        case OverdueError():
            return math.inf
        case AnswerError(wait=wait):
            return wait
    return 0.0


def _reason(response: httpx.Response, secrets: Iterable[str]) -> str:
    kind = response.headers.get("content-type", "")
    readable = ("json" in kind or "text/plain" in kind) and "content-encoding" not in response.headers
    text = _beginning(response) if readable else response.reason_phrase
    # Masked before it is cut, so that no half of a secret remains.
    printable = " ".join("".join(c if c.isprintable() else " " for c in masked(text, secrets)).split())
    return f": {printable[:_REASON_LENGTH].rstrip('. ')}" if printable else ""


def _beginning(response: httpx.Response) -> str:
    read = b""
    try:
        for chunk in response.iter_raw(_REASON_BYTES):
            read += chunk
            if len(read) >= _REASON_BYTES:
                break
    except FOREIGN:
        return response.reason_phrase
    return read.decode(errors="replace")


def _remedy(response: httpx.Response) -> str:
    if response.has_redirect_location and response.next_request is not None:
        return f"Set url to where it redirects: {shown_url(response.next_request.url)}."
    return {
        401: "Check the auth of the connector.",
        403: "Check what the credentials of the connector are allowed to do.",
        404: "Check the url.",
        405: "Check the method.",
        410: "Check the url.",
        413: "Lower batch_rows or batch_bytes of the connector.",
    }.get(response.status_code, "Correct the connector's configuration, or ask whoever runs the server.")


def _retry_after(response: httpx.Response) -> float:
    """RFC 9110, section 10.2.3: seconds or a date."""
    text = response.headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
