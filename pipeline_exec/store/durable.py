"""Folders: what was put into one stays there whatever happens."""

from __future__ import annotations

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, for our own eyes; a no-op when it is there."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    make_names_durable(folder.parent)


def make_names_durable(folder: Path) -> None:
    """Return when the names in a folder would survive the loss of power: a file's own fsync does not keep its name."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
