"""Files for wrappers over HTTP."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Request

from pipeline_exec.api.dependencies import Layer
from pipeline_exec.api.multipart import file_parts
from pipeline_exec.api.paths import WRAPPERS
from pipeline_exec.api.rest.router import WRAPPER_REFUSALS, SlashTolerantRouter
from pipeline_exec.api.uploads import Body, writing
from pipeline_exec.api.views.envelope import Deleted
from pipeline_exec.api.views.wrapper import WrapperFileView
from pipeline_exec.errors import FieldProblem, InvalidDocument
from pipeline_exec.model.identity import FileId
from pipeline_exec.model.wrapper import WrapperFile
from pipeline_exec.services.wrappers import WrapperService

router = SlashTolerantRouter(prefix=f"{WRAPPERS}/files", tags=["wrappers"], responses=WRAPPER_REFUSALS)

_FILE = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
_MULTIPART = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}}


@router.post("/upload", status_code=201, openapi_extra=_MULTIPART)
async def upload(request: Request, layer: Layer) -> WrapperFileView:
    """Upload a .csv, .xlsx or .xls file with at least two columns, as the part `file` of a multipart body."""
    content_type = request.headers.get("content-type", "")
    file = await request.app.state.uploads.run(_upload, layer.wrappers, content_type, Body(request))
    return WrapperFileView.of(file)


@router.get("/{file_id}")
def read(file_id: FileId, layer: Layer) -> WrapperFileView:
    """One uploaded file."""
    return WrapperFileView.of(layer.wrappers.file(file_id))


@router.delete("/{file_id}")
def delete(file_id: FileId, layer: Layer) -> Deleted:
    """Delete an uploaded file that no wrapper uses."""
    layer.wrappers.delete_file(file_id)
    return Deleted()


def _upload(wrappers: WrapperService, content_type: str, body: Iterable[bytes]) -> WrapperFile:
    for part in file_parts(content_type, body):
        return wrappers.upload(part.name, writing(part.data))
    problem = "there is no part with a file name"
    raise InvalidDocument(f"The file cannot be used: {problem}.", [FieldProblem("file", problem)])
