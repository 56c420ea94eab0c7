"""Documents: what a deployment consists of, declared in files; made so, and written down again.

A declared document refers to others by name; the order in which documents are given does not matter.
"""

from pipeline_exec.services.documents.declaration import Declaration, Kind, Origin, refusal
from pipeline_exec.services.documents.export import Export, ExportService
from pipeline_exec.services.documents.markers import Surroundings
from pipeline_exec.services.documents.service import Applied, Change, DocumentService

__all__ = [
    "Applied",
    "Change",
    "Declaration",
    "DocumentService",
    "Export",
    "ExportService",
    "Kind",
    "Origin",
    "Surroundings",
    "refusal",
]
