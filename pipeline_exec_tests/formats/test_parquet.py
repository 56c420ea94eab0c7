"""Parquet: what is particular to it."""

from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance


class TestParquet(FormatConformance):
    name = "parquet"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "2024-12-31", "2024-12-31T23:59:58Z", "r")
