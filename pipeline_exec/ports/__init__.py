"""The few promises asked of the outside world.

Each docstring is a promise; each promise is a test of the conformance suite of its port. Errors that may come out are
named; any other exception is a defect of the implementation.
"""

from pipeline_exec.ports.clock import Clock
from pipeline_exec.ports.connectors import (
    Answerer,
    ConnectorKind,
    ConnectorKinds,
    Conversation,
    Fetched,
    FileSink,
    FileSource,
    Intake,
    Limits,
    Outcome,
    Parcel,
    PullSource,
    PushSource,
    RowSink,
)
from pipeline_exec.ports.engine import Engine, RunState
from pipeline_exec.ports.formats import ErrorReport, Format, Formats, Member, Parsed
from pipeline_exec.ports.repositories import (
    Arrivals,
    Connectors,
    Executions,
    Pipelines,
    Principals,
    TargetModels,
    Wrappers,
)
from pipeline_exec.ports.store import Placement, Staging, Store, Transaction, Vault

__all__ = [
    "Answerer",
    "Arrivals",
    "Clock",
    "ConnectorKind",
    "ConnectorKinds",
    "Connectors",
    "Conversation",
    "Engine",
    "ErrorReport",
    "Executions",
    "Fetched",
    "FileSink",
    "FileSource",
    "Format",
    "Formats",
    "Intake",
    "Limits",
    "Member",
    "Outcome",
    "Parcel",
    "Parsed",
    "Pipelines",
    "Placement",
    "Principals",
    "PullSource",
    "PushSource",
    "RowSink",
    "RunState",
    "Staging",
    "Store",
    "TargetModels",
    "Transaction",
    "Vault",
    "Wrappers",
]
