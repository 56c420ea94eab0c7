"""Spreadsheets in the format of Office Open XML (ECMA-376)."""
