"""Confinement: which folders of this machine connectors may use."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pipeline_exec.connectors.failures import Family


class Confinement:
    """Folders that must not be left, neither by ``..`` nor through a symbolic link."""

    def __init__(self, roots: Iterable[Path], family: Family) -> None:
        """Confine to these folders; without any, every folder may be used. Refusals are of this family."""
        self._roots = tuple(roots)
        self._family = family

    def resolved(self, path: Path) -> Path:
        """The path without symbolic links and ``..``; what does not exist yet stays as it is.

        Raises:
            ExecutionFailure: of the family, where it is outside.
        """
        real = Path(os.path.realpath(path))
        if self._roots and not any(is_within(real, Path(os.path.realpath(root))) for root in self._roots):
            raise self._family.refused(
                f"The folder {path} is outside the folders this service may use.",
                "Choose one below PIPELINE_EXEC_LOCAL_ROOTS, or have that setting extended.",
            )
        return real


def is_within(path: Path, folder: Path) -> bool:
    """Whether a resolved path is a folder or lies below it."""
    return path == folder or folder in path.parents
