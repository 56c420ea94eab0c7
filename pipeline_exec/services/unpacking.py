"""Unpacking: an archive that was received becomes an execution for each file in it, each with an input of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO, Final

from pipeline_exec.errors import NotFound, ParsingFailure, Unavailable
from pipeline_exec.model.execution import Execution, SourceFile
from pipeline_exec.model.identity import ExecutionId, new_id
from pipeline_exec.model.pipeline import ReadOptions
from pipeline_exec.ports import Formats, Member, Staging, Store, Transaction
from pipeline_exec.services.lifecycle import hold
from pipeline_exec.services.staged import input_ref, receive, refusal_ref

#: What is said of every refusal: there are no bytes that a fix could start from.
_AGAIN: Final = "Then send it again: what was refused is not kept, so a fix has nothing to start from."
_NOTHING: Final = f"sha256:{hashlib.sha256().hexdigest()}"


@dataclass(frozen=True)
class Unpacker:
    """Takes archives apart."""

    store: Store
    staging: Staging
    formats: Formats

    def executions(self, execution: Execution, options: ReadOptions) -> Sequence[Execution]:
        """One execution for each file of the archive that an execution has received; itself when that is none.

        The first is the one given: the first file takes the archive's place as its input. The others are new, with
        inputs of their own. None of them is recorded yet. A file that cannot be unpacked has its refusal staged, so
        that its own execution fails with it and no other does.

        Args:
            execution: Its input is staged, and told by its source.
            options: How the pipeline reads.

        Raises:
            Unavailable: there is no room; nothing of them stays staged.
        """
        source = execution.source
        if source is None:
            return [execution]
        # An earlier attempt may have died between staging and recording.
        self.staging.remove(refusal_ref(execution.id))
        made: list[Execution] = []
        try:
            for member in self.formats.members(self.staging.local(input_ref(execution.id)), options):
                made.append(self._execution(execution, made[:1], source, member))
        except BaseException:
            self.drop([execution, *made])
            raise
        return made or [execution]

    def drop(self, executions: Iterable[Execution]) -> None:
        """Remove what is staged for executions that are not recorded."""
        for execution in executions:
            self.staging.remove(execution.id)

    @contextmanager
    def recording(self, executions: Sequence[Execution]) -> Iterator[Transaction]:
        """A transaction in which these are recorded; when it fails, what is staged for those that are not is removed.

        Where nobody can say whether they are recorded, all of it stays.
        """
        try:
            with self.store.writing() as tx:
                yield tx
        except BaseException:
            with suppress(Unavailable):
                self.drop(self._unrecorded(executions))
            raise

    def _unrecorded(self, executions: Sequence[Execution]) -> Sequence[Execution]:
        """Looked up, for a transaction may be committed although its end was not heard of."""
        with self.store.reading() as tx:
            recorded = tx.executions.logs(execution.id for execution in executions)
        return [execution for execution in executions if execution.id not in recorded]

    def _execution(
        self, execution: Execution, first: Sequence[Execution], archive: SourceFile, member: Member
    ) -> Execution:
        if not first:
            return replace(execution, source=self._unpacked(execution.id, archive, member), archive_id=execution.id)
        execution_id = ExecutionId(new_id())
        try:
            return _beside(first[0], execution_id, self._unpacked(execution_id, archive, member))
        except BaseException:
            self.staging.remove(execution_id)
            raise

    def _unpacked(self, execution_id: ExecutionId, archive: SourceFile, member: Member) -> SourceFile:
        """A file of an archive, staged as the input of an execution, or the reason why it is not."""
        name, path = f"{archive.name}/{member.name}", f"{archive.path}/{member.name}"

        def copy(into: BinaryIO) -> tuple[str, str]:
            member.copy(into)
            return name, path

        try:
            unpacked = receive(self.staging, input_ref(execution_id), copy, None)
            self._refuse_archive(execution_id, member)
        except ParsingFailure as refusal:
            self.staging.remove(input_ref(execution_id))
            with self.staging.writing(refusal_ref(execution_id)) as file:
                file.write(json.dumps([refusal.what, f"{refusal.remedy} {_AGAIN}"]).encode())
            return SourceFile(name=name, path=path, size=0, fingerprint=_NOTHING)
        return unpacked

    def _refuse_archive(self, execution_id: ExecutionId, member: Member) -> None:
        within = self.formats.members(self.staging.local(input_ref(execution_id)), ReadOptions())
        if next(within, None) is not None:
            raise ParsingFailure(f"{member.name} is an archive within an archive.", "Send it by itself.")


def _beside(first: Execution, execution_id: ExecutionId, source: SourceFile) -> Execution:
    """A new execution for a further file of the archive that the first is of."""
    further = Execution.new(
        execution_id=execution_id,
        trigger=first.trigger_type,
        caller=first.audit.created_by,
        at=first.log.started_on,
        pipeline_id=first.pipeline_id,
        configuration_id=first.log.configuration_id,
        source=source,
    )
    return replace(further, archive_id=first.archive_id)


def record_received(tx: Transaction, executions: Sequence[Execution], at: datetime) -> None:
    """Note what an execution in progress has received, and the further files of its archive as executions beside it.

    Raises:
        AttemptTaken: its attempt is over; its run must stop.
    """
    first, *others = executions
    tx.executions.receive(first)
    hold(tx, first.log.id, at)
    for other in others:
        tx.executions.add(other)


def check_unpacked(staging: Staging, execution_id: ExecutionId) -> None:
    """Return unless an execution has a refusal in place of its input.

    Raises:
        ParsingFailure: that refusal.
    """
    try:
        path = staging.local(refusal_ref(execution_id))
    except NotFound:
        return
    what, remedy = json.loads(path.read_bytes())
    raise ParsingFailure(what, remedy)
