"""Error reports: what was wrong with an execution's rows, as a workbook for whoever is to put it right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline_exec.dataplane.edits import apply_edits
from pipeline_exec.errors import NotFound
from pipeline_exec.model.execution import Execution, Stage
from pipeline_exec.model.identity import ConfigurationId, ExecutionId
from pipeline_exec.model.pipeline import StoredConfiguration
from pipeline_exec.ports import ErrorReport, Formats, Staging, Store
from pipeline_exec.services.executions import ExecutionService
from pipeline_exec.services.plans import stage_keys
from pipeline_exec.services.rows_files import read_rows
from pipeline_exec.services.staged import report_ref, rows_ref


@dataclass(frozen=True)
class ReportService:
    """Makes error reports, each of them once."""

    store: Store
    staging: Staging
    formats: Formats
    executions: ExecutionService

    def workbook(self, execution_id: ExecutionId) -> tuple[Path, str]:
        """A path with the report of the latest validation, and its name.

        Raises:
            NotFound: there is no such execution, nothing was validated, or its rows are no longer staged.
        """
        execution = self.executions.get(execution_id)
        with self.store.reading() as tx:
            stored = tx.pipelines.configuration(ConfigurationId(str(execution.log.configuration_id)))
        ref = report_ref(execution_id, stage_keys(stored, execution.log.edits)[Stage.VALIDATE])
        if not self.staging.exists(ref):
            report = self._report(execution, stored)
            with self.staging.placing(ref) as placed:
                self.formats.write_report(report, placed.path)
        return self.staging.local(ref), f"errors_{execution_id}.xlsx"

    def _report(self, execution: Execution, stored: StoredConfiguration) -> ErrorReport:
        columns, edits = stored.target_model.columns, execution.log.edits
        findings = self.executions.findings(execution.id)
        try:
            path = self.staging.local(rows_ref(execution.id, Stage.MAP, stage_keys(stored, edits)[Stage.MAP]))
        except NotFound:
            raise NotFound(
                f"The rows of execution {execution.id} are no longer kept.", "Ask for its errors as JSON or CSV."
            ) from None
        rows = read_rows(path)
        return ErrorReport(
            columns=columns,
            rows=apply_edits(rows, edits, columns) if edits else rows,
            total_rows=sum(batch.num_rows for batch in rows),
            findings=findings.rows,
            total_findings=findings.total,
        )
