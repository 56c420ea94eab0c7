"""Workbooks in the binary format of before 2007, read."""
