"""Workbooks in OpenDocument, read."""
