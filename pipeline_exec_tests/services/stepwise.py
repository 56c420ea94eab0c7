"""Steps between what is asked of ports, and what may happen there: another process is faster, or this one dies."""

from __future__ import annotations

from contextlib import contextmanager, suppress


class Death(BaseException):
    """The process is gone."""


class Course:
    """Counts the steps of what is tested and has things happen between them."""

    def __init__(self):
        self.events = {}
        self.steps = 0

    def step(self, *, alone=True):
        """Have what is planned for this step happen; while others are locked out, only death can come."""
        event = self.events.pop(self.steps, None) if alone or self.events.get(self.steps) is die else None
        self.steps += 1
        if event is not None:
            event()

    @contextmanager
    def planned(self, events):
        self.steps, self.events = 0, dict(events)
        with suppress(Death):
            yield
        self.events = {}


def die():
    raise Death


class Stepwise:
    """A port, with a step before and after everything that is asked of it."""

    def __init__(self, port, course):
        self._port = port
        self._course = course

    def __getattr__(self, name):
        return getattr(self._port, name)

    @contextmanager
    def writing(self, *arguments):
        self._course.step()
        with self._port.writing(*arguments) as writing:
            yield writing
            self._course.step(alone=False)
        self._course.step()

    @contextmanager
    def reading(self):
        self._course.step()
        with self._port.reading() as tx:
            yield tx
