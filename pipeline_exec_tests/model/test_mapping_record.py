from pipeline_exec.model.dialect import LONGEST_TEXT
from pipeline_exec.model.mapping_record import MOST_COLUMNS, MappedColumn, MappingRecord


def test_of_very_many_columns_the_first_are_listed_and_all_are_counted():
    columns = tuple(MappedColumn(target_column=f"t{number}", source_columns=()) for number in range(MOST_COLUMNS + 1))
    unused = tuple(f"s{number}" for number in range(MOST_COLUMNS + 2))

    record = MappingRecord.of(columns, unused)

    assert (record.columns, record.total_columns) == (columns[:MOST_COLUMNS], MOST_COLUMNS + 1)
    assert (record.unused_columns, record.total_unused_columns) == (unused[:MOST_COLUMNS], MOST_COLUMNS + 2)


def test_the_name_of_a_column_is_as_long_as_a_text_may_be_that_is_remembered():
    (name,) = MappingRecord.of((), ("x" * 1000,)).unused_columns
    assert len(name) == LONGEST_TEXT
