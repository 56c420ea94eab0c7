"""SQL: scalar expressions over the columns of a row, evaluated where there is nothing to reach and little to use up."""

from pipeline_exec.dataplane.sql.expression import Expression, NotEvaluated, checked

__all__ = ["Expression", "NotEvaluated", "checked"]
