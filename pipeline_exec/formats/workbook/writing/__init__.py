"""Workbooks in Office Open XML, written."""
