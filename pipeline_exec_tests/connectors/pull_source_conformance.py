"""What every source that is asked promises, as ``ports.PullSource`` says it."""

import io
from typing import Protocol

import pytest

from pipeline_exec.errors import SourceRefused, SourceUnresponsive
from pipeline_exec.ports import Fetched, PullSource

SECRET = "s3cr3t-t0ken"


class PullPlace(Protocol):
    """What is asked in a suite, and what it answers."""

    tries: int
    """How often the source under test tries."""

    def source(self) -> PullSource:
        """The source under test, which proves who it is with ``SECRET``."""

    def answers(self, content: bytes, failures: int = 0) -> None:
        """Answer with these bytes, after so many transient failures."""

    def refuses(self) -> None:
        """Say no, for good."""

    def is_down(self) -> PullSource:
        """A source whose place cannot be reached."""

    def asked(self) -> int:
        """How often it was asked."""


def pulled(source: PullSource) -> tuple[bytes, Fetched]:
    into = io.BytesIO()
    fetched = source.fetch(into)
    return into.getvalue(), fetched


class PullSourceConformance:
    """Inherit it and give it a fixture ``place`` that answers a ``PullPlace``."""

    def test_a_place_that_answers_passes_the_check(self, place):
        place.answers(b"a")
        place.source().check()

    def test_a_place_that_refuses_fails_the_check_with_a_remedy(self, place):
        place.refuses()
        with pytest.raises(SourceRefused) as refused:
            place.source().check()
        assert refused.value.remedy

    def test_a_place_that_is_down_fails_the_check_and_the_fetch(self, place):
        source = place.is_down()
        for attempt in (source.check, lambda: pulled(source)):
            with pytest.raises(SourceUnresponsive) as unresponsive:
                attempt()
            assert unresponsive.value.remedy

    @pytest.mark.parametrize("size", [0, 1, 3_000_001], ids=["empty", "one byte", "several chunks"])
    def test_the_answer_is_fetched_byte_for_byte(self, place, size):
        content = bytes(number % 251 for number in range(size))
        place.answers(content)
        assert pulled(place.source())[0] == content

    def test_the_answer_has_a_name_and_a_path_without_secrets(self, place):
        place.answers(b"a")
        _, fetched = pulled(place.source())
        assert fetched.name
        assert "/" not in fetched.name
        assert fetched.path
        assert SECRET not in f"{fetched}"

    def test_a_transient_failure_is_tried_again_and_leaves_nothing_of_itself(self, place):
        place.answers(b"whole", failures=place.tries - 1)
        assert pulled(place.source())[0] == b"whole"
        assert place.asked() == place.tries

    def test_after_the_last_try_the_source_counts_as_unresponsive(self, place):
        place.answers(b"whole", failures=place.tries)
        into = io.BytesIO()
        with pytest.raises(SourceUnresponsive):
            place.source().fetch(into)
        assert place.asked() == place.tries
        assert into.getvalue() == b""

    def test_a_refusal_is_told_at_once(self, place):
        place.refuses()
        with pytest.raises(SourceRefused) as refused:
            pulled(place.source())
        assert place.asked() == 1
        assert SECRET not in refused.value.message

    def test_asking_twice_brings_two_answers(self, place):
        place.answers(b"a")
        source = place.source()
        assert pulled(source)[0] == pulled(source)[0] == b"a"
        assert place.asked() == 2
