"""Workbooks in Office Open XML, read."""
