"""The tables: one for each noun, and what links them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, UniqueConstraint, text

from pipeline_exec.store.column_types import Json, Moment, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _audit() -> tuple[Column[Any], ...]:
    return (
        Column("created_at", Moment, nullable=False),
        Column("created_by", ForeignKey("principals.id"), nullable=False),
        Column("updated_at", Moment, nullable=False),
        Column("updated_by", ForeignKey("principals.id"), nullable=False),
    )


def _counts() -> tuple[Column[int], ...]:
    """What was counted of the output; NULL until it is known."""
    names = ("total_rows", "total_cells", "total_error_cells", "total_error_rows")
    return tuple(Column(name, BigInteger) for name in names)


def _failure() -> tuple[Column[Any], ...]:
    """Why it failed; NULL where it did not."""
    return Column("error_type", Text), Column("error_message", Text), Column("error_transient", Boolean)


def _named_documents(name: str) -> Table:
    """Documents, each under a name of its own."""
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        Column("document", Json, nullable=False),
        *_audit(),
        Index(None, "created_at", "id"),
    )


principals = Table(
    "principals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("identifier", Text, nullable=False),
    Column("type", Text, nullable=False),
    UniqueConstraint("identifier", "type"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("principal_id", ForeignKey("principals.id"), nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("revoked_at", Moment),
)

connectors = _named_documents("connectors")
target_models = _named_documents("target_models")

#: A deleted pipeline keeps its row, for its executions, and frees its name, its slug and what it refers to.
_KEPT: dict[str, Any] = {"sqlite_where": text("deleted = 0"), "postgresql_where": text("NOT deleted")}

pipelines = Table(
    "pipelines",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("slug", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("configuration_id", Text, nullable=False),
    Column("target_model_id", ForeignKey("target_models.id"), index=True),
    Column("deleted", Boolean, nullable=False, default=False),
    *_audit(),
    Index("uq_pipelines_name", "name", unique=True, **_KEPT),
    Index("uq_pipelines_slug", "slug", unique=True, **_KEPT),
    Index(None, "created_at", "id"),
)

#: The connectors of a pipeline's current configuration.
pipeline_connectors = Table(
    "pipeline_connectors",
    metadata,
    Column("pipeline_id", ForeignKey("pipelines.id"), primary_key=True),
    Column("connector_id", ForeignKey("connectors.id"), primary_key=True, index=True),
    Column("direction", Text, primary_key=True),
)

configurations = Table(
    "configurations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline_id", ForeignKey("pipelines.id"), nullable=False),
    Column("document", Json, nullable=False),
    Column("target_model", Json, nullable=False),
    *_audit(),
    Index(None, "pipeline_id", "created_at", "id"),
)

#: Lists, filters, sorts and totals are answered from this one table: it repeats what is known of the latest attempt.
executions = Table(
    "executions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("pipeline_id", ForeignKey("pipelines.id")),
    # A deleted wrapper's executions stay.
    Column("wrapper_id", Text),
    Column("status", Text, nullable=False),
    Column("trigger_type", Text, nullable=False),
    Column("source_name", Text),
    Column("source_path", Text),
    Column("source_size", BigInteger),
    Column("source_fingerprint", Text),
    *_failure(),
    Column("progress_stage", Text),
    Column("progress_rows", BigInteger),
    Column("request_key", Text, unique=True),
    Column("archive_id", Text),
    Column("log_id", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("configuration_id", Text),
    Column("started_on", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("duration", BigInteger),
    *_counts(),
    Column("revision", Integer, nullable=False),
    *_audit(),
    Index(None, "created_at", "id"),
    Index(
        "ix_executions_archive_id",
        "archive_id",
        sqlite_where=text("archive_id IS NOT NULL"),
        postgresql_where=text("archive_id IS NOT NULL"),
    ),
    # What is mostly asked for, newest first.
    *(
        Index(None, name, "created_at", "id")
        for name in ("status", "trigger_type", "pipeline_id", "wrapper_id", "created_by")
    ),
)

execution_logs = Table(
    "execution_logs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("execution_id", ForeignKey("executions.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("configuration_id", ForeignKey("configurations.id")),
    Column("run_id", Text, nullable=False, unique=True),
    Column("started_on", Moment, nullable=False),
    Column("ended_at", Moment),
    *_counts(),
    *_failure(),
    Column("first_stage", Text, nullable=False),
    Column("edits", Json, nullable=False),
    Column("dialect", Json),
    Column("mapping", Json),
    Column("dispatched_at", Moment, index=True),
    Column("fenced_at", Moment),
    Column("heartbeat_at", Moment),
    UniqueConstraint("execution_id", "number"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("execution_id", ForeignKey("executions.id"), primary_key=True),
    # The connector, or nothing for a destination written out in a wrapper: a key takes no NULL.
    Column("output", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("location", Text),
    Column("rows", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("batches", BigInteger, nullable=False),
    *_failure(),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("pipeline_id", ForeignKey("pipelines.id"), primary_key=True),
    # SHA-256 of path, size and modification: a path may be longer than PostgreSQL's index entries (2,704 bytes).
    Column("digest", Text, primary_key=True),
    Column("path", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("modified", Text, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("stable_since", Moment, nullable=False),
    # Deferred: a file is given to an execution before that is recorded, in one transaction.
    Column("execution_id", ForeignKey("executions.id", deferrable=True, initially="DEFERRED")),
    Column("settled", Boolean, nullable=False),
    Index(
        "ix_arrivals_unsettled",
        "execution_id",
        sqlite_where=text("execution_id IS NOT NULL AND settled = 0"),
        postgresql_where=text("execution_id IS NOT NULL AND NOT settled"),
    ),
)

wrapper_files = Table(
    "wrapper_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("columns", Json, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
)

wrappers = Table(
    "wrappers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_message", Text),
    Column("last_data_sent", Moment),
    Column("data_points_count", BigInteger, nullable=False),
    Column("phase", Text, nullable=False),
    Column("high_water_mark", Moment),
    Column("low_water_mark", Moment),
    Column("occupied_by", Text),
    Column("file_id", ForeignKey("wrapper_files.id"), index=True),
    Column("connector_id", ForeignKey("connectors.id"), index=True),
    *_audit(),
    Index(None, "created_at", "id"),
)

wrapper_log_lines = Table(
    "wrapper_log_lines",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("wrapper_id", ForeignKey("wrappers.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    Index(None, "wrapper_id", "id"),
)
