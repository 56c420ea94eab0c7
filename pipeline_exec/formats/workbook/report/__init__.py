"""The report of what is wrong with a table, as a workbook."""
