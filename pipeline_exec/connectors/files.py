"""What all sources and all sinks of files have in common: the attributes of their configurations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from pipeline_exec.connectors.file_names import NameRules, checked_marker
from pipeline_exec.connectors.limits import LimitedConfiguration
from pipeline_exec.model.document import Document
from pipeline_exec.model.file_name import FileNameTemplate
from pipeline_exec.settings import Settings


class AfterRead(StrEnum):
    """What becomes of a file once its execution succeeded."""

    KEEP = "KEEP"
    """It stays where it is."""
    ARCHIVE = "ARCHIVE"
    """It is moved to ``archive_path``."""
    DELETE = "DELETE"
    """It is deleted."""


class OnFailure(StrEnum):
    """What becomes of a file once its execution failed."""

    KEEP = "KEEP"
    """It stays where it is."""
    MOVE = "MOVE"
    """It is moved to ``failure_path``."""


class IfExists(StrEnum):
    """What happens when the destination already has a file of the name with other content."""

    ERROR = "ERROR"
    """The delivery fails; the file that is there stays as it is."""
    REPLACE = "REPLACE"
    """The new file takes its place."""
    VERSION = "VERSION"
    """The new file is called ``name (2).csv``, then ``name (3).csv``, and so on."""


def _checked_pattern(pattern: str) -> str:
    if "/" in pattern:
        raise ValueError("a pattern matches names, not paths; set the folder on the connector, or recursive")
    return pattern


class FileSourceConfiguration(Document):
    """Which files are taken, when, and what becomes of them."""

    pattern: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_checked_pattern)] = "*"
    """A glob for names; upper and lower case differ. Hidden and unfinished files are never taken."""
    recursive: bool = False
    """Whether files in subfolders are taken too."""
    stable_for_seconds: float | None = Field(None, ge=0)
    """For how long a file must not have changed; twice the poll interval when not given."""
    marker: Annotated[str, Field(max_length=200), AfterValidator(checked_marker)] | None = None
    """A file is taken when the file of this name is there too: ``{name}.done``, ``{stem}.ok``, ``_SUCCESS``."""
    poll_seconds: float | None = Field(None, gt=0)
    """How often the place is listed; as the service's settings say when not given."""
    after_read: AfterRead = AfterRead.KEEP
    archive_path: str = Field("archive", min_length=1)
    """Where ARCHIVE moves files; relative to the place itself."""
    on_failure: OnFailure = OnFailure.KEEP
    failure_path: str = Field("failed", min_length=1)
    """Where MOVE moves files; relative to the place itself."""

    @property
    def names(self) -> NameRules:
        """The rules that tell files to take from others."""
        return NameRules(self.pattern, self.marker)

    @property
    def keeps_files(self) -> bool:
        """Whether files stay where they are, however their executions end."""
        return self.after_read is AfterRead.KEEP and self.on_failure is OnFailure.KEEP

    def polled_every(self, settings: Settings) -> float:
        """Seconds between two listings."""
        return self.poll_seconds or settings.poll_seconds

    def stable_after(self, settings: Settings) -> float:
        """For how many seconds a file must not have changed."""
        return 2 * self.polled_every(settings) if self.stable_for_seconds is None else self.stable_for_seconds


class FileSinkConfiguration(LimitedConfiguration):
    """How files are called, and what happens when the name is taken."""

    file_name: FileNameTemplate | None = None
    """``{source_stem}_{execution_id}`` when neither this nor the pipeline gives one."""
    file_extension: str | None = Field(None, pattern=r"^[A-Za-z0-9]{1,10}$")
    """Decides the format, such as ``csv`` or ``xlsx``; the pipeline's own comes first."""
    if_exists: IfExists = IfExists.VERSION
