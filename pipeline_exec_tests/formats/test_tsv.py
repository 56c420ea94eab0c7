"""Tab-separated values."""

from pipeline_exec.model.pipeline import OutputOptions, ReadOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import text_columns


class TestTsv(FormatConformance):
    name = "tsv"
    sure = ReadOptions(header_row=1, delimiter="\t", quote='"', encoding="utf-8")
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def test_tabs_are_written_whatever_the_delimiter_of_the_options(self, format, path):
        options = OutputOptions(delimiter=";")
        self.written(format, path, text_columns("a", "b"), [["x;y", "a\tb"]], options=options)
        assert path.read_text() == 'a\tb\nx;y\t"a\tb"\n'
