"""JSON lines."""

import json

from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import text_columns


class TestJsonLines(FormatConformance):
    name = "jsonl"
    sure = ReadOptions()
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def test_each_row_is_a_line(self, format, path):
        self.written(format, path, text_columns("a", "b"), [["x\ny", None], ["z", "1"]])
        lines = path.read_text().splitlines()
        assert [json.loads(line) for line in lines] == [{"a": "x\ny", "b": None}, {"a": "z", "b": "1"}]

    def test_a_file_without_rows_is_empty(self, format, path):
        assert self.written(format, path, text_columns("a"), []).read_bytes() == b""
