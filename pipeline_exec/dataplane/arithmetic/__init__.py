"""Arithmetic: formulas over the columns of a row, exact to the last digit."""

from pipeline_exec.dataplane.arithmetic.formula import Formula

__all__ = ["Formula"]
