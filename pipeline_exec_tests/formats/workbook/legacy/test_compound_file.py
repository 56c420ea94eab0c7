"""Compound files: what is put into one comes out, whatever it is."""

import pytest

from pipeline_exec.formats.workbook.legacy.compound_file import CompoundFile, compound_of


@pytest.mark.parametrize("size", [0, 1, 4_095, 4_096, 4_097, 1_021 * 4_096, 1_022 * 4_096, 5_000_000])
def test_a_stream_comes_out_of_the_file_made_of_it(size, tmp_path):
    stream = bytes(range(1, 256)) * (size // 255) + b"x" * (size % 255)
    path = tmp_path / "one.xls"
    path.write_bytes(compound_of("Workbook", stream))
    found = CompoundFile(path)
    assert found.streams == ["Workbook"]
    assert found.stream("Workbook") == stream.ljust(4_096, b"\0")


def test_a_stream_too_large_for_the_header_s_list_is_refused():
    with pytest.raises(ValueError, match="400 MB"):
        compound_of("Workbook", bytes(460_000_000))
