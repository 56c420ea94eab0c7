"""Wrappers as documents: a connector by its name, and a file that is uploaded."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline_exec.errors import Conflict, FieldProblem, InvalidDocument, NotFound
from pipeline_exec.model.identity import FileId, new_id
from pipeline_exec.model.principal import Principal
from pipeline_exec.model.query import MAXIMUM_LIMIT
from pipeline_exec.model.wrapper import Wrapper, WrapperDocument
from pipeline_exec.ports import Transaction
from pipeline_exec.services.documents.declaration import Body
from pipeline_exec.services.documents.references import References
from pipeline_exec.services.staged import upload_ref
from pipeline_exec.services.wrappers import WrapperService


@dataclass(frozen=True)
class WrapperDocuments:
    """Wrappers; ``destination.connector`` names a connector, ``source_config.file`` a file that is uploaded."""

    service: WrapperService

    def parse(self, body: Body, references: References) -> WrapperDocument:
        raw = dict(body)
        destination = body.get("destination")
        if isinstance(destination, Mapping) and "connector" in destination:
            rest = {key: value for key, value in destination.items() if key != "connector"}
            raw["destination"] = {
                **rest,
                "connector_id": references.connector(destination["connector"], "destination.connector"),
            }
        document = WrapperDocument.parse(raw)
        references.refuse("The wrapper")
        return document

    def rehearse(self, _: Transaction, document: WrapperDocument, __: Principal) -> None:
        file = _file_of(document)
        if file is None:
            self.service.sealed(document)
            return
        if "file_id" in document.source_config:
            raise _wrong_file("give either a file or a file_id")
        if not file.is_file():
            raise _wrong_file(f"there is no file {file}")
        self.service.sealed(_with_file(document, FileId(new_id())))

    def named(self, tx: Transaction, name: str) -> Wrapper | None:
        """Raises Conflict when several wrappers, made through the API, share the name."""
        same_name = [wrapper for wrapper in all_wrappers(tx) if wrapper.document.name == name]
        if len(same_name) > 1:
            raise Conflict(f"There are {len(same_name)} wrappers called {name!r}.", "Delete all but one of them.")
        return same_name[0] if same_name else None

    def is_same(self, stored: Wrapper, document: WrapperDocument) -> bool:
        file = _file_of(document)
        if file is not None:
            kept = _file_id_of(stored)
            if kept is None or not self._holds(kept, file):
                return False
            document = _with_file(document, kept)
        return self._plain(stored.document) == self._plain(self.service.sealed(document))

    def create(self, document: WrapperDocument, caller: Principal) -> None:
        with self._uploaded(document) as whole:
            self.service.create(whole, caller)

    def update(self, stored: Wrapper, document: WrapperDocument, caller: Principal) -> None:
        before = _file_id_of(stored)
        with self._uploaded(document) as whole:
            after = _file_id_of(self.service.update(stored.id, whole, caller))
        if before is not None and before != after:
            # Another wrapper may use the same upload.
            with contextlib.suppress(Conflict, NotFound):
                self.service.delete_file(before)

    @contextmanager
    def _uploaded(self, document: WrapperDocument) -> Iterator[WrapperDocument]:
        """The document with its file uploaded; the upload is dropped when the block raises."""
        file = _file_of(document)
        if file is None:
            yield document
            return

        def copy(into: BinaryIO) -> None:
            with file.open("rb") as content:
                while chunk := content.read(1 << 20):
                    into.write(chunk)

        uploaded = self.service.upload(file.name, copy)
        try:
            yield _with_file(document, uploaded.id)
        except BaseException:
            self.service.delete_file(uploaded.id)
            raise

    def _holds(self, file_id: FileId, file: Path) -> bool:
        """Whether an upload has this file's name and content."""
        try:
            upload = self.service.file(file_id)
            kept = self.service.staging.local(upload_ref(file_id))
        except NotFound:
            return False
        return upload.name == file.name and upload.size == file.stat().st_size and _digest(kept) == _digest(file)

    def _plain(self, sealed: WrapperDocument) -> WrapperDocument:
        unsealed, destination = self.service.sealing.unsealed, sealed.destination
        return sealed.model_copy(
            update={
                "source_config": unsealed(sealed.source_config),
                "destination": destination.model_copy(update={"configuration": unsealed(destination.configuration)}),
            }
        )


def all_wrappers(tx: Transaction) -> Iterator[Wrapper]:
    """Every wrapper, newest first."""
    offset = 0
    while page := tx.wrappers.page(offset, MAXIMUM_LIMIT).items:
        yield from page
        offset += len(page)


def _wrong_file(problem: str) -> InvalidDocument:
    return InvalidDocument(
        f"The wrapper's file cannot be used: {problem}.", [FieldProblem("source_config.file", problem)]
    )


def _file_of(document: WrapperDocument) -> Path | None:
    file = document.source_config.get("file")
    return Path(str(file)) if file is not None else None


def _file_id_of(wrapper: Wrapper) -> FileId | None:
    file_id = wrapper.document.source_config.get("file_id")
    return FileId(str(file_id)) if file_id is not None else None


def _with_file(document: WrapperDocument, file_id: FileId) -> WrapperDocument:
    config = {key: value for key, value in document.source_config.items() if key != "file"}
    return document.model_copy(update={"source_config": {**config, "file_id": file_id}})


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
