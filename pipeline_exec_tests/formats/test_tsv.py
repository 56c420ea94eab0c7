"""Tab-separated values."""

from pipeline_exec.model.pipeline import OutputOptions
from pipeline_exec_tests.formats.conformance import FormatConformance
from pipeline_exec_tests.formats.tables import text_columns
from pipeline_exec_tests.formats.test_csv import WHOLE, without_zeros


class TestTsv(FormatConformance):
    name = "tsv"
    sure = WHOLE.model_copy(update={"delimiter": "\t", "header_row": 1, "header_rows": 1})
    typed = ("42", "0.5", "1234567890.123456789", "true", "31.12.2024", "2024-12-31T23:59:58Z", "r")

    def held(self, cell):
        return without_zeros(cell)

    def is_row(self, record):
        # Zero bytes are dropped, and what is then a blank line is no row.
        return len(record) > 1 or record[0] is None or self.held(record[0]) is not None

    def test_tabs_are_written_whatever_the_delimiter_of_the_options(self, format, path):
        options = OutputOptions(delimiter=";")
        self.written(format, path, text_columns("a", "b"), [["x;y", "a\tb"]], options=options)
        assert path.read_text() == 'a\tb\nx;y\t"a\tb"\n'
