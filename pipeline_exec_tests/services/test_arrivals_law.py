"""The law of arrivals: whatever happens, each file is executed exactly once.

A model of a folder in which files appear, change, move, vanish and come back, while clocks jump, looks overlap and the
process dies between any two steps. The store and the staging area are real; the folder is the model.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from zipfile import ZipFile, ZipInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pipeline_exec.errors import SourceRefused, SourceUnresponsive
from pipeline_exec.model.arrival import FileVersion
from pipeline_exec.model.connector import ConnectorTrigger, Direction, NodeType
from pipeline_exec.model.document import Document
from pipeline_exec.model.execution import ExecutionTrigger
from pipeline_exec.ports import ConnectorKind, Intake
from pipeline_exec_tests.services.conftest import emptied
from pipeline_exec_tests.services.stepwise import Course, Stepwise, die
from pipeline_exec_tests.services.workshop import Workshop

STABLE_SECONDS = 10
PATHS = ("a.csv", "b.csv", "sub/a.csv", "c.zip")


@dataclass(frozen=True)
class File:
    """What lies under a path; the content is another for each version."""

    size: int
    modified: str
    old: bool
    """Whether the source's own clock calls it old."""
    is_archive: bool
    """Of three files, then."""

    @property
    def content(self):
        return zipped(self._members()) if self.is_archive else self._text()

    def executed(self, path):
        """Path and fingerprint of each input that is executed of it."""
        inputs = self._members() if self.is_archive else {"": self._text()}
        return [
            (f"{path}/{name}" if name else path, f"sha256:{hashlib.sha256(text).hexdigest()}")
            for name, text in inputs.items()
        ]

    def _members(self):
        return {f"{name}.csv": self._text() + name.encode() for name in "xyz"}

    def _text(self):
        return f"{self.modified}/{self.size}".encode()


def zipped(members):
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name), content)
    return buffer.getvalue()


class Folder:
    """The model, as a ``FileSource``."""

    def __init__(self, course):
        self.course = course
        self.files = {}
        self.gone = {}
        self.is_down = False

    def check(self):
        pass

    def listing(self):
        self.course.step()
        if self.is_down:
            raise SourceUnresponsive("The folder does not answer.")
        yield from [FileVersion(path, file.size, file.modified) for path, file in self.files.items()]

    def is_ready(self, file, stable_for):
        return stable_for >= STABLE_SECONDS

    def age(self, file, at):
        known = self.files.get(file.path)
        return 3600.0 if known and known.old else 0.0

    def fetch(self, file, into):
        self.course.step()
        found = self.files.get(file.path)
        if found is None:
            raise SourceRefused(f"{file.path} is gone.")
        if (found.size, found.modified) != (file.size, file.modified):
            raise SourceUnresponsive(f"{file.path} changed.")
        into.write(found.content)
        self.course.step()

    def settle(self, file, outcome):
        pass


class NoSettings(Document):
    """The model needs none."""


class OnlyKind:
    """A registry of one kind: files in the model."""

    def __init__(self, folder):
        self.kind = ConnectorKind(
            direction=Direction.INPUT,
            node_type=NodeType.S3,
            triggers=(ConnectorTrigger.EVENT_BASE,),
            intake=Intake.FILES,
            configuration=NoSettings,
            open=lambda _: folder,
        )

    def of(self, document):
        return self.kind

    def __iter__(self):
        return iter([self.kind])


paths = st.sampled_from(PATHS)
FOLDER = ("new version", "loss", "return", "rename", "outage")
PROCESS = ("jump of the clock", "overlapping look", "same request", "death")
jumps = st.sampled_from([-4000.0, -15.0, 1.0, STABLE_SECONDS, 4000.0])


class FolderMachine(RuleBasedStateMachine):
    database, home = None, None

    def __init__(self):
        super().__init__()
        self.course = Course()
        self.folder = Folder(self.course)
        real = Workshop(emptied(self.database), self.home)
        ports = real.layer.ports
        self.workshop = Workshop(
            Stepwise(ports.store, self.course),
            self.home,
            staging=Stepwise(ports.staging, self.course),
            kinds=OnlyKind(self.folder),
        )
        self.pipeline = self.workshop.pipeline(
            input=self.workshop.connector("inbox", node_type="S3"),
            outputs=[self.workshop.connector("outbox", node_type="S3", type="OUTPUT")],
        )
        self.versions = 0
        self.answers = {}

    def put(self, path, modified="1", old=True):
        """A new version: another size each time; the time may be the same as before, or older."""
        self.versions += 1
        self.folder.files[path] = File(self.versions, modified, old, is_archive=path.endswith(".zip"))

    def take_away(self, path):
        if path in self.folder.files:
            self.folder.gone[path] = self.folder.files.pop(path)

    def move(self, path, to):
        if path in self.folder.files and path != to:
            self.folder.files[to] = self.folder.files.pop(path)

    def bring_back(self, path):
        if path in self.folder.gone:
            self.folder.files[path] = self.folder.gone.pop(path)

    def turn(self):
        self.folder.is_down = not self.folder.is_down

    def look(self):
        self.workshop.collect(self.pipeline)

    def ask(self, key, trigger=ExecutionTrigger.SCHEDULED):
        answer = self.workshop.layer.executions.record(self.pipeline, trigger, self.workshop.caller, key)
        if answer and key:
            self.answers.setdefault(key, []).append([execution.id for execution in answer])

    @initialize()
    def files_are_there(self):
        for path in PATHS:
            self.put(path)

    @rule(data=st.data())
    def something_happens_in_the_folder(self, data):
        self.happening(data.draw(st.sampled_from(FOLDER)), data)()

    @rule(seconds=jumps)
    def the_clock_moves(self, seconds):
        self.workshop.clock.advance(seconds)

    @rule(data=st.data())
    def somebody_looks(self, data):
        with self.course.planned(self.events(data)):
            self.forgiving(self.look)

    @rule(data=st.data(), key=st.sampled_from([*"abcdef", None]))
    def somebody_asks(self, data, key):
        with self.course.planned(self.events(data, key)):
            self.ask(key)

    @rule(data=st.data())
    def a_run_asks_for_its_input(self, data):
        """One that was made while the source was down, or in the Dagster UI."""
        waiting = [execution for execution in self.unfinished() if execution.source is None]
        with self.course.planned(self.events(data)), suppress(SourceUnresponsive, SourceRefused):
            for execution in waiting[:1]:
                self.workshop.layer.arrivals.collect_into(self.pipeline, execution)

    def events(self, data, key=None):
        """What happens at which step; a file has eight or, as an archive, some twenty; so has the look before."""
        drawn = data.draw(st.dictionaries(st.integers(0, 48), st.sampled_from((*FOLDER, *PROCESS)), max_size=4))
        return {step: self.happening(happening, data, key) for step, happening in sorted(drawn.items())}

    def happening(self, happening, data, key=None):
        path, to, seconds = data.draw(st.tuples(paths, paths, jumps))
        match happening:
            case "new version":
                modified, old = data.draw(st.tuples(st.sampled_from("012"), st.booleans()))
                return lambda: self.put(path, modified, old)
            case "loss":
                return lambda: self.take_away(path)
            case "return":
                return lambda: self.bring_back(path)
            case "rename":
                return lambda: self.move(path, to)
            case "outage":
                return self.turn
            case "jump of the clock":
                return lambda: self.workshop.clock.advance(seconds)
            case "overlapping look":
                return lambda: self.forgiving(self.look)
            case "same request":
                return lambda: self.ask(key)
            case _:
                return die

    def forgiving(self, look):
        try:
            look()
        except SourceUnresponsive:
            assert self.folder.is_down

    @invariant()
    def no_file_is_executed_twice(self):
        executed = [(execution.source.path, execution.source.fingerprint) for execution in self.executions()]
        assert sorted(executed) == sorted(set(executed))

    @invariant()
    def every_execution_has_the_bytes_of_its_file(self):
        for execution in self.executions():
            staged = self.workshop.layer.ports.staging.local(f"{execution.id}/input").read_bytes()
            assert execution.source.fingerprint == f"sha256:{hashlib.sha256(staged).hexdigest()}"
            assert execution.source.size == len(staged)

    @invariant()
    def the_ledger_and_the_executions_agree(self):
        with self.workshop.layer.ports.store.reading() as tx:
            taken = [arrival for arrival in tx.arrivals.ledger(self.pipeline.id).values() if arrival.execution_id]
        first = {each.id: each for each in self.executions() if each.archive_id in (None, each.id)}
        assert sorted(arrival.execution_id for arrival in taken) == sorted(first)
        assert all(first[arrival.execution_id].source.path.startswith(arrival.file.path) for arrival in taken)

    @invariant()
    def of_an_archive_all_files_are_executed_or_none(self):
        archives = Counter(execution.archive_id for execution in self.executions() if execution.archive_id)
        assert all(count == 3 for count in archives.values())

    @invariant()
    def a_repeated_request_has_the_first_answer(self):
        for answers in self.answers.values():
            assert all(answer == answers[0] for answer in answers)

    def teardown(self):
        """Once everything stands still, a few looks find every file there is."""
        self.folder.is_down = False
        for _ in range(3):
            self.workshop.clock.advance(STABLE_SECONDS)
            self.look()
        executed = [(execution.source.path, execution.source.fingerprint) for execution in self.executions()]
        for path, file in self.folder.files.items():
            assert all(executed.count(each) == 1 for each in file.executed(path))
        self.no_file_is_executed_twice()

    def executions(self):
        """Those that have an input; a request made while the source is down has none yet."""
        return [execution for execution in self.unfinished() if execution.source is not None]

    def unfinished(self):
        with self.workshop.layer.ports.store.reading() as tx:
            return tx.executions.unfinished()


@pytest.mark.slow
def test_each_file_is_executed_exactly_once(migrated_store, tmp_path):
    FolderMachine.database, FolderMachine.home = migrated_store, tmp_path
    run_state_machine_as_test(FolderMachine, settings=settings(max_examples=30, stateful_step_count=20))
