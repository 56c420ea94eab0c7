"""Spreadsheets of every kind: read as their sheets show them, and written in Office Open XML."""
