"""Exporting documents: everything there is as it would have to be declared, names instead of ids, without secrets."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

from pipeline_exec.errors import Conflict
from pipeline_exec.model.connector import Connector, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.file_name import plain_name
from pipeline_exec.model.identity import FileId
from pipeline_exec.model.pipeline import Pipeline, PipelineDocument, slug_of
from pipeline_exec.model.query import MAXIMUM_LIMIT, Ordering, Page, Query
from pipeline_exec.model.target_model import TargetModel
from pipeline_exec.model.wrapper import Wrapper
from pipeline_exec.ports import Staging, Store, Transaction
from pipeline_exec.services.documents.declaration import Kind
from pipeline_exec.services.documents.markers import below_home, from_environment, literal
from pipeline_exec.services.documents.wrappers import all_wrappers
from pipeline_exec.services.sealing import SEALED
from pipeline_exec.services.staged import upload_ref
from pipeline_exec.settings import PREFIX

T = TypeVar("T")


@dataclass(frozen=True)
class Export:
    """All documents, and the files they refer to."""

    documents: Mapping[Kind, Sequence[dict[str, object]]]
    files: Mapping[PurePosixPath, Path]
    """What has to be copied beside the documents: from where, by relative path."""


@dataclass(frozen=True)
class ExportService:
    """Writes documents down again."""

    store: Store
    staging: Staging
    home: Path
    """Paths below it are written relative to it."""

    def export(self, *, with_files: bool) -> Export:
        """Everything, by name; applied again it changes nothing, but for secrets, which are asked of the environment.

        Args:
            with_files: Whether wrappers name their uploads as files beside the document; else by id, which only this
                service knows.

        Raises:
            Conflict: two wrappers share a name.
        """
        with self.store.reading() as tx:
            return _Export(tx, self.staging, self.home.absolute(), with_files).whole()


@dataclass
class _Export:
    """One export in the making."""

    tx: Transaction
    staging: Staging
    home: Path
    with_files: bool
    files: dict[PurePosixPath, Path] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)

    def whole(self) -> Export:
        connectors, models = list(_all(self.tx.connectors.find)), list(_all(self.tx.target_models.find))
        pipelines = _all(self.tx.pipelines.find)
        wrappers = sorted(all_wrappers(self.tx), key=lambda wrapper: wrapper.document.name)
        _refuse_shared_names(wrappers)
        names: dict[str, str] = {connector.id: connector.document.name for connector in connectors}
        names |= {model.id: model.document.name for model in models}
        documents = {
            Kind.CONNECTOR: [self._connector(connector) for connector in connectors],
            Kind.TARGET_DATA_MODEL: [self._model(model, names) for model in models],
            Kind.PIPELINE: [self._pipeline(pipeline, names) for pipeline in pipelines],
            Kind.WRAPPER: [self._wrapper(wrapper, names) for wrapper in wrappers],
        }
        return Export(documents, self.files)

    def _document(self, kind: Kind, document: Document) -> dict[str, object]:
        body = document.model_dump(mode="json", exclude_defaults=True)
        return {"kind": str(kind), **{key: self._plain(value, key) for key, value in body.items()}}

    def _connector(self, connector: Connector) -> dict[str, object]:
        document = connector.document
        bare = self._document(Kind.CONNECTOR, document.model_copy(update={"configuration": {}}))
        configuration = self._configuration(document.name, document.node_type, document.configuration)
        return {**bare, "configuration": configuration} if configuration else bare

    def _model(self, model: TargetModel, names: Mapping[str, str]) -> dict[str, object]:
        return self._document(Kind.TARGET_DATA_MODEL, model.document.with_connectors(lambda asked, _: names[asked]))

    def _pipeline(self, pipeline: Pipeline, names: Mapping[str, str]) -> dict[str, object]:
        configuration = pipeline.configuration.document
        mappings = configuration.mapping_config.with_connectors(lambda looked_up, _: names[looked_up])
        configuration = configuration.model_copy(update={"mapping_config": mappings})
        document = PipelineDocument(name=pipeline.name, active=pipeline.active, configuration=configuration)
        body = self._document(Kind.PIPELINE, document)
        referring = {
            "input_connectors": [names[connector_id] for connector_id in configuration.input_connectors],
            "output_connectors": [names[connector_id] for connector_id in configuration.output_connectors],
            "tdm": names[configuration.tdm],
        }
        return {**body, "configuration": {**cast("Mapping[str, object]", body["configuration"]), **referring}}

    def _wrapper(self, wrapper: Wrapper, names: Mapping[str, str]) -> dict[str, object]:
        document, destination = wrapper.document, wrapper.document.destination
        to: dict[str, object] = {}
        if destination.connector_id is not None:
            to["connector"] = names[destination.connector_id]
        elif destination.node_type is not None:
            to["node_type"] = str(destination.node_type)
            to["configuration"] = self._configuration(document.name, destination.node_type, destination.configuration)
        return {
            "kind": str(Kind.WRAPPER),
            "name": document.name,
            "source_type": str(document.source_type),
            "source_config": self._source_config(document.name, document.source_config),
            "destination": to,
        }

    def _source_config(self, name: str, stored: Mapping[str, object]) -> dict[str, object]:
        config = self._members(stored, name)
        if self.with_files and config.get("file_id") is not None:
            config = {"file": self._beside(name, FileId(str(config.pop("file_id")))), **config}
        return config

    def _beside(self, name: str, file_id: FileId) -> str:
        """Where an upload is copied to: a folder with the wrapper's name, a number behind it where that is taken."""
        file_name = plain_name(self.tx.wrappers.file(file_id).name) or "upload"
        numbers = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
        paths = (PurePosixPath("files", f"{slug_of(name)}{number}", file_name) for number in numbers)
        path = next(path for path in paths if path not in self.files)
        self.files[path] = self.staging.local(upload_ref(file_id))
        return str(path)

    def _configuration(self, name: str, node_type: NodeType, stored: Mapping[str, object]) -> dict[str, object]:
        configuration = self._members(stored, name)
        path = configuration.get("path")
        if node_type is NodeType.LOCAL and isinstance(path, str) and self.home in Path(path).parents:
            configuration["path"] = below_home(Path(path).relative_to(self.home).as_posix())
        return configuration

    def _members(self, stored: Mapping[str, object], called: str) -> dict[str, object]:
        return {key: self._plain(value, f"{called}_{key}") for key, value in stored.items()}

    def _plain(self, value: object, called: str) -> object:
        """A stored value, with the name of a variable in place of each secret."""
        if isinstance(value, dict):
            if value.keys() == {SEALED}:
                return from_environment(self._variable(called))
            return literal(self._members(value, called))
        if isinstance(value, list):
            return [self._plain(part, f"{called}_{number}") for number, part in enumerate(value, start=1)]
        return value

    def _variable(self, called: str) -> str:
        """A name no other secret of this export has, that every shell takes and that is no setting of ours."""
        wanted = f"{slug_of(called).upper()}_SECRET"
        if wanted[0].isdigit() or wanted.startswith(PREFIX):
            wanted = f"_{wanted}"
        numbers = itertools.chain([""], (f"_{number}" for number in itertools.count(2)))
        name = next(name for name in (f"{wanted}{number}" for number in numbers) if name not in self.variables)
        self.variables.add(name)
        return name


def _all(find: Callable[[Query], Page[T]]) -> Iterator[T]:
    offset = 0
    while page := find(Query(orderings=(Ordering("name"),), offset=offset, limit=MAXIMUM_LIMIT)).items:
        yield from page
        offset += len(page)


def _refuse_shared_names(wrappers: Sequence[Wrapper]) -> None:
    names = Counter(wrapper.document.name for wrapper in wrappers)
    shared = [name for name, count in names.items() if count > 1]
    if shared:
        raise Conflict(f"Several wrappers are called {shared[0]!r}.", "Delete all but one of them.")
