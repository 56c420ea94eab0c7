"""Failures on the way to an HTTP server, told as our errors."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore
import httpx

from pipeline_exec.connectors.failures import Family
from pipeline_exec.connectors.http_transport import OverdueError
from pipeline_exec.connectors.reach import NotPublicError
from pipeline_exec.errors import ExecutionFailure

_Types = tuple[type[BaseException], ...]
_UP = "Check that the server is up, that the url is right and that no firewall is in between."

#: The first line that fits is told. What comes later in the list is more general.
_TRANSIENT: tuple[tuple[_Types, str, str], ...] = (
    (
        (OverdueError,),
        "{host} took longer over its answer than a request may take in all.",
        "Raise timeout_seconds of the connector, or ask for less at a time.",
    ),
    ((httpcore.ConnectTimeout, httpx.ConnectTimeout), "{host} did not accept a connection in time.", _UP),
    (
        (httpcore.TimeoutException, httpx.TimeoutException),
        "{host} did not answer in time.",
        "Check that the server is well, or raise timeout_seconds of the connector.",
    ),
    ((httpcore.ConnectError, httpx.ConnectError), "{host} could not be connected to.", _UP),
    (
        (
            *(httpcore.NetworkError, httpx.NetworkError, httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
            *(ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError),
        ),
        "{host} broke the connection off.",
        "Check that the server is well and speaks HTTP.",
    ),
    (
        (httpcore.ProxyError, httpx.ProxyError, httpcore.ConnectionNotAvailable),
        "{host} could not be connected to.",
        _UP,
    ),
)
_PERMANENT: tuple[tuple[_Types, str, str], ...] = (
    (
        (NotPublicError,),
        "{host} has an address that is not public, and this service connects to public ones only.",
        "Let PIPELINE_EXEC_ALLOWED_NETWORKS list its network, or set PIPELINE_EXEC_ALLOW_PRIVATE_ADDRESSES=true.",
    ),
    (
        (ssl.SSLCertVerificationError,),
        "{host} has no certificate that can be trusted.",
        "Have it renewed, or let SSL_CERT_FILE name the authorities to trust.",
    ),
    (
        (ssl.SSLError,),
        "{host} does not speak TLS as it should.",
        "Check whether the url needs http:// or another port.",
    ),
    ((UnicodeError,), "{host} is not the name of a host.", "Correct the url."),
    (
        (httpx.InvalidURL, httpx.UnsupportedProtocol, httpcore.UnsupportedProtocol, OverflowError),
        "{host} was asked for an address that is none.",
        "Correct the url.",
    ),
    (
        (httpx.DecodingError,),
        "{host} sent an answer that cannot be decompressed.",
        "Ask whoever runs the server to correct its Content-Encoding.",
    ),
)
FOREIGN = (
    NotPublicError,
    OverdueError,
    OSError,
    OverflowError,
    UnicodeError,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.CookieConflict,
    httpx.StreamError,
    httpcore.ConnectionNotAvailable,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)
"""Everything the network, httpcore and httpx raise."""


@contextmanager
def http_errors(host: str, family: Family) -> Iterator[None]:
    """Tell every error of the network, of httpcore and of httpx in the block as ours."""
    try:
        yield
    except FOREIGN as error:
        raise _told(error, host, family) from error


def _told(error: BaseException, host: str, family: Family) -> ExecutionFailure:
    if isinstance(error, socket.gaierror):
        return _unknown_host(error, host, family)
    for types, what, remedy in _TRANSIENT:
        if isinstance(error, types):
            return family.unresponsive(what.format(host=host), remedy)
    for types, what, remedy in _PERMANENT:
        if isinstance(error, types):
            return family.refused(what.format(host=host), remedy)
    if isinstance(error, OSError):
        return family.unresponsive(f"{host} could not be connected to.", _UP)
    return family.refused(f"{host} could not be asked: {type(error).__name__}.", "Check the connector's configuration.")


def _unknown_host(error: socket.gaierror, host: str, family: Family) -> ExecutionFailure:
    if error.errno in {socket.EAI_AGAIN, socket.EAI_MEMORY, socket.EAI_SYSTEM}:
        return family.unresponsive(f"The address of {host} could not be looked up.", "Check the name servers in use.")
    return family.refused(f"{host} is not known to the name servers.", "Correct the url.")
