"""The first tables.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "principals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_principals"),
        sa.UniqueConstraint("identifier", "type", name="uq_principals_identifier_type"),
    )
    op.create_table(
        "wrapper_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wrapper_files"),
    )
    op.create_table(
        "connectors",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_connectors_created_by"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_connectors_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_connectors"),
        sa.UniqueConstraint("name", name="uq_connectors_name"),
    )
    op.create_index("ix_connectors_created_at_id", "connectors", ["created_at", "id"], unique=False)
    op.create_table(
        "credentials",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name="fk_credentials_principal_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
        sa.UniqueConstraint("token_hash", name="uq_credentials_token_hash"),
    )
    op.create_table(
        "target_models",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_target_models_created_by"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_target_models_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_target_models"),
        sa.UniqueConstraint("name", name="uq_target_models_name"),
    )
    op.create_index("ix_target_models_created_at_id", "target_models", ["created_at", "id"], unique=False)
    op.create_table(
        "pipelines",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("configuration_id", sa.Text(), nullable=False),
        sa.Column("target_model_id", sa.Text(), nullable=True),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_pipelines_created_by"),
        sa.ForeignKeyConstraint(["target_model_id"], ["target_models.id"], name="fk_pipelines_target_model_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_pipelines_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_pipelines"),
    )
    op.create_index("ix_pipelines_created_at_id", "pipelines", ["created_at", "id"], unique=False)
    op.create_index("ix_pipelines_target_model_id", "pipelines", ["target_model_id"], unique=False)
    op.create_index(
        "uq_pipelines_name",
        "pipelines",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted = 0"),
        postgresql_where=sa.text("NOT deleted"),
    )
    op.create_index(
        "uq_pipelines_slug",
        "pipelines",
        ["slug"],
        unique=True,
        sqlite_where=sa.text("deleted = 0"),
        postgresql_where=sa.text("NOT deleted"),
    )
    op.create_table(
        "wrappers",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("last_data_sent", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data_points_count", sa.BigInteger(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("high_water_mark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("low_water_mark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("occupied_by", sa.Text(), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.Column("connector_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_wrappers_connector_id"),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_wrappers_created_by"),
        sa.ForeignKeyConstraint(["file_id"], ["wrapper_files.id"], name="fk_wrappers_file_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_wrappers_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_wrappers"),
    )
    op.create_index("ix_wrappers_connector_id", "wrappers", ["connector_id"], unique=False)
    op.create_index("ix_wrappers_created_at_id", "wrappers", ["created_at", "id"], unique=False)
    op.create_index("ix_wrappers_file_id", "wrappers", ["file_id"], unique=False)
    op.create_table(
        "configurations",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline_id", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("target_model", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_configurations_created_by"),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name="fk_configurations_pipeline_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_configurations_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_configurations"),
    )
    op.create_index(
        "ix_configurations_pipeline_id_created_at_id",
        "configurations",
        ["pipeline_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "executions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("pipeline_id", sa.Text(), nullable=True),
        sa.Column("wrapper_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trigger_type", sa.Text(), nullable=False),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_path", sa.Text(), nullable=True),
        sa.Column("source_size", sa.BigInteger(), nullable=True),
        sa.Column("source_fingerprint", sa.Text(), nullable=True),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_transient", sa.Boolean(), nullable=True),
        sa.Column("progress_stage", sa.Text(), nullable=True),
        sa.Column("progress_rows", sa.BigInteger(), nullable=True),
        sa.Column("request_key", sa.Text(), nullable=True),
        sa.Column("log_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("configuration_id", sa.Text(), nullable=True),
        sa.Column("started_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration", sa.BigInteger(), nullable=True),
        sa.Column("total_rows", sa.BigInteger(), nullable=True),
        sa.Column("total_cells", sa.BigInteger(), nullable=True),
        sa.Column("total_error_cells", sa.BigInteger(), nullable=True),
        sa.Column("total_error_rows", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["principals.id"], name="fk_executions_created_by"),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name="fk_executions_pipeline_id"),
        sa.ForeignKeyConstraint(["updated_by"], ["principals.id"], name="fk_executions_updated_by"),
        sa.PrimaryKeyConstraint("id", name="pk_executions"),
        sa.UniqueConstraint("request_key", name="uq_executions_request_key"),
    )
    op.create_index("ix_executions_created_at_id", "executions", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_executions_created_by_created_at_id", "executions", ["created_by", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_executions_pipeline_id_created_at_id", "executions", ["pipeline_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_executions_status_created_at_id", "executions", ["status", "created_at", "id"], unique=False)
    op.create_index(
        "ix_executions_trigger_type_created_at_id", "executions", ["trigger_type", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_executions_wrapper_id_created_at_id", "executions", ["wrapper_id", "created_at", "id"], unique=False
    )
    op.create_table(
        "pipeline_connectors",
        sa.Column("pipeline_id", sa.Text(), nullable=False),
        sa.Column("connector_id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_pipeline_connectors_connector_id"),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name="fk_pipeline_connectors_pipeline_id"),
        sa.PrimaryKeyConstraint("pipeline_id", "connector_id", "direction", name="pk_pipeline_connectors"),
    )
    op.create_index("ix_pipeline_connectors_connector_id", "pipeline_connectors", ["connector_id"], unique=False)
    op.create_table(
        "wrapper_log_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("wrapper_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wrapper_id"], ["wrappers.id"], name="fk_wrapper_log_lines_wrapper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wrapper_log_lines"),
    )
    op.create_index("ix_wrapper_log_lines_wrapper_id_id", "wrapper_log_lines", ["wrapper_id", "id"], unique=False)
    op.create_table(
        "arrivals",
        sa.Column("pipeline_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stable_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("execution_id", sa.Text(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["execution_id"], ["executions.id"], name="fk_arrivals_execution_id", initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.id"], name="fk_arrivals_pipeline_id"),
        sa.PrimaryKeyConstraint("pipeline_id", "digest", name="pk_arrivals"),
    )
    op.create_index(
        "ix_arrivals_unsettled",
        "arrivals",
        ["execution_id"],
        unique=False,
        sqlite_where=sa.text("execution_id IS NOT NULL AND settled = 0"),
        postgresql_where=sa.text("execution_id IS NOT NULL AND NOT settled"),
    )
    op.create_table(
        "deliveries",
        sa.Column("execution_id", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("batches", sa.BigInteger(), nullable=False),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_transient", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_deliveries_execution_id"),
        sa.PrimaryKeyConstraint("execution_id", "output", name="pk_deliveries"),
    )
    op.create_table(
        "execution_logs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("execution_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("configuration_id", sa.Text(), nullable=True),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("started_on", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total_rows", sa.BigInteger(), nullable=True),
        sa.Column("total_cells", sa.BigInteger(), nullable=True),
        sa.Column("total_error_cells", sa.BigInteger(), nullable=True),
        sa.Column("total_error_rows", sa.BigInteger(), nullable=True),
        sa.Column("error_type", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_transient", sa.Boolean(), nullable=True),
        sa.Column("first_stage", sa.Text(), nullable=False),
        sa.Column("edits", sa.JSON(), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fenced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["configuration_id"], ["configurations.id"], name="fk_execution_logs_configuration_id"),
        sa.ForeignKeyConstraint(["execution_id"], ["executions.id"], name="fk_execution_logs_execution_id"),
        sa.PrimaryKeyConstraint("id", name="pk_execution_logs"),
        sa.UniqueConstraint("execution_id", "number", name="uq_execution_logs_execution_id_number"),
        sa.UniqueConstraint("run_id", name="uq_execution_logs_run_id"),
    )
    op.create_index("ix_execution_logs_dispatched_at", "execution_logs", ["dispatched_at"], unique=False)
