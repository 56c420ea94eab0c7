"""Confinement: which folders of this machine connectors may use."""

from __future__ import annotations

import os
from pathlib import Path

from pipeline_exec.connectors.failures import Family
from pipeline_exec.settings import Settings

#: The one part of the service's own folder that is for connectors.
_EXAMPLES = "examples"


class Confinement:
    """Folders that must not be left, neither by ``..`` nor through a symbolic link.

    The folder with the service's own state is out of bounds wherever it is: who may make a connector must not read the
    key to all secrets with it.
    """

    def __init__(self, settings: Settings, family: Family) -> None:
        """Confine to the local roots of the settings; without any, to all folders. Refusals are of this family."""
        self._settings = settings
        self._family = family

    def resolved(self, path: Path) -> Path:
        """The path without symbolic links and ``..``; what does not exist yet stays as it is.

        Raises:
            ExecutionFailure: of the family, where it is outside.
        """
        real = _real(path)
        if not self.allows(real):
            raise self._family.refused(
                f"The folder {path} is outside the folders this service may use.",
                "Choose one below PIPELINE_EXEC_LOCAL_ROOTS where that is set; the service's own folder is never one.",
            )
        return real

    def allows(self, real: Path) -> bool:
        """Whether a folder may be used; its path is resolved."""
        roots, home = self._settings.local_roots, _real(self._settings.home)
        if is_within(real, home) and not is_within(real, home / _EXAMPLES):
            return False
        return not roots or any(is_within(real, _real(root)) for root in roots)


def is_within(path: Path, folder: Path) -> bool:
    """Whether a resolved path is a folder or lies below it."""
    return path == folder or folder in path.parents


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
