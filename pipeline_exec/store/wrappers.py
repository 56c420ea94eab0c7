"""Wrappers, their logs and their files in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from pipeline_exec import ports
from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.identity import ExecutionId, FileId, WrapperId
from pipeline_exec.model.query import Page, Query
from pipeline_exec.model.wrapper import Wrapper, WrapperDocument, WrapperFile, WrapperLogLine, WrapperStatus
from pipeline_exec.store.audit import Audited, audit_values
from pipeline_exec.store.querying import Attributes, Listing
from pipeline_exec.store.refusals import refusing
from pipeline_exec.store.tables import wrapper_files, wrapper_log_lines, wrappers

_AUDITED = Audited(wrappers)
_ATTRIBUTES = Attributes(_AUDITED.attributes)
_WRAPPERS = select(wrappers, *_AUDITED.columns).select_from(_AUDITED.joined())


class Wrappers(ports.Wrappers):
    """The rows of ``wrappers``, ``wrapper_log_lines`` and ``wrapper_files``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, wrapper: Wrapper) -> None:
        with refusing(self._connection, reference=lambda: _refers_to_nothing(wrapper)):
            self._connection.execute(insert(wrappers).values(id=wrapper.id, **_values(wrapper)))

    def get(self, wrapper_id: WrapperId) -> Wrapper:
        row = self._connection.execute(_WRAPPERS.where(wrappers.c.id == wrapper_id)).mappings().one_or_none()
        if row is None:
            raise _unknown(wrapper_id)
        return _wrapper(row)

    def save(self, wrapper: Wrapper) -> None:
        statement = update(wrappers).where(wrappers.c.id == wrapper.id).values(**_values(wrapper))
        with refusing(self._connection, reference=lambda: _refers_to_nothing(wrapper)):
            saved = self._connection.execute(statement)
        if not saved.rowcount:
            raise _unknown(wrapper.id)

    def page(self, offset: int, limit: int) -> Page[Wrapper]:
        newest_first = Query(offset=offset, limit=limit)
        return _LISTING.page(self._connection, newest_first, _ATTRIBUTES)

    def all(self) -> Sequence[Wrapper]:
        oldest_first = _WRAPPERS.order_by(wrappers.c.created_at, wrappers.c.id)
        return [_wrapper(row) for row in self._connection.execute(oldest_first).mappings()]

    def delete(self, wrapper_id: WrapperId) -> None:
        self._connection.execute(delete(wrapper_log_lines).where(wrapper_log_lines.c.wrapper_id == wrapper_id))
        if not self._connection.execute(delete(wrappers).where(wrappers.c.id == wrapper_id)).rowcount:
            raise _unknown(wrapper_id)

    def occupy(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> bool:
        holder = wrappers.c.occupied_by
        free = holder.is_(None) | (holder == execution_id)
        this = wrappers.c.id == wrapper_id
        if self._connection.execute(update(wrappers).where(this, free).values(occupied_by=execution_id)).rowcount:
            return True
        if self._connection.scalar(select(wrappers.c.id).where(this)) is None:
            raise _unknown(wrapper_id)
        return False

    def release(self, wrapper_id: WrapperId, execution_id: ExecutionId) -> None:
        held = (wrappers.c.id == wrapper_id) & (wrappers.c.occupied_by == execution_id)
        self._connection.execute(update(wrappers).where(held).values(occupied_by=None))

    def append_log(self, wrapper_id: WrapperId, line: WrapperLogLine) -> None:
        values = {"wrapper_id": wrapper_id, "at": line.at, "level": line.level, "message": line.message}
        with refusing(self._connection, reference=lambda: _unknown(wrapper_id)):
            self._connection.execute(insert(wrapper_log_lines).values(values))

    def log(self, wrapper_ids: Iterable[WrapperId], limit: int) -> Mapping[WrapperId, Sequence[WrapperLogLine]]:
        lines = wrapper_log_lines
        newest_first = func.row_number().over(partition_by=lines.c.wrapper_id, order_by=lines.c.id.desc())
        numbered = select(lines, newest_first.label("rank")).where(lines.c.wrapper_id.in_(list(wrapper_ids))).subquery()
        found: dict[WrapperId, list[WrapperLogLine]] = {}
        for row in self._connection.execute(select(numbered).where(numbered.c.rank <= limit).order_by(numbered.c.id)):
            line = WrapperLogLine(at=row.at, level=row.level, message=row.message)
            found.setdefault(WrapperId(row.wrapper_id), []).append(line)
        return found

    def add_file(self, file: WrapperFile) -> None:
        values = {"id": file.id, "name": file.name, "size": file.size, "columns": list(file.columns)}
        self._connection.execute(insert(wrapper_files).values(**values, uploaded_at=file.uploaded_at))

    def file(self, file_id: FileId) -> WrapperFile:
        row = self._connection.execute(select(wrapper_files).where(wrapper_files.c.id == file_id)).one_or_none()
        if row is None:
            raise _unknown_file(file_id)
        return WrapperFile(
            id=FileId(row.id),
            name=row.name,
            size=row.size,
            columns=tuple(row.columns),
            uploaded_at=row.uploaded_at,
        )

    def delete_file(self, file_id: FileId) -> None:
        with refusing(self._connection, reference=lambda: self._file_in_use(file_id)):
            deleted = self._connection.execute(delete(wrapper_files).where(wrapper_files.c.id == file_id))
        if not deleted.rowcount:
            raise _unknown_file(file_id)

    def _file_in_use(self, file_id: FileId) -> Conflict:
        using = select(wrappers.c.document).where(wrappers.c.file_id == file_id)
        names = sorted(repr(document["name"]) for document in self._connection.scalars(using))
        return Conflict(f"The file is used by the wrapper {', '.join(names)}.", "Delete the wrapper first.")


def _values(wrapper: Wrapper) -> dict[str, object]:
    document = wrapper.document
    return {
        "document": document.to_json(),
        "status": wrapper.status,
        "error_message": wrapper.error_message,
        "last_data_sent": wrapper.last_data_sent,
        "data_points_count": wrapper.data_points_count,
        "phase": wrapper.phase,
        "high_water_mark": wrapper.high_water_mark,
        "low_water_mark": wrapper.low_water_mark,
        "file_id": document.source_config.get("file_id"),
        "connector_id": document.destination.connector_id,
        **audit_values(wrapper.audit),
    }


def _refers_to_nothing(wrapper: Wrapper) -> Conflict:
    return Conflict(
        f"The wrapper {wrapper.document.name!r} uses a file or a connector that is not there (any more).",
        "Look at both again.",
    )


def _unknown(wrapper_id: WrapperId) -> NotFound:
    return NotFound(f"There is no wrapper {wrapper_id!r}.")


def _unknown_file(file_id: FileId) -> NotFound:
    return NotFound(f"There is no file {file_id!r}.")


def _wrapper(row: RowMapping) -> Wrapper:
    own = wrappers.c
    return Wrapper(
        id=WrapperId(row[own.id]),
        document=WrapperDocument.model_validate(row[own.document]),
        status=WrapperStatus(row[own.status]),
        audit=_AUDITED.read(row),
        error_message=row[own.error_message],
        last_data_sent=row[own.last_data_sent],
        data_points_count=row[own.data_points_count],
        phase=row[own.phase],
        high_water_mark=row[own.high_water_mark],
        low_water_mark=row[own.low_water_mark],
    )


_LISTING = Listing(_WRAPPERS, select(wrappers.c.id), _wrapper)
