"""The sheets of a workbook of any kind: which is meant, its rows set aside in columns, its header."""
