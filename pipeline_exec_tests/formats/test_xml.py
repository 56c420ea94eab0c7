"""XML: what is particular to it."""

from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance


class TestXml(FormatConformance):
    name = "xml"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")
