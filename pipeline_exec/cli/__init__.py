"""The command line: one file for each sub-command."""

from pipeline_exec.cli.group import main

__all__ = ["main"]
