import pytest
import tenacity.nap

from pipeline_exec.connectors.http_answers import asked_pause
from pipeline_exec.connectors.http_sink import HttpOutput, HttpSink
from pipeline_exec.connectors.retries import LONGEST_PAUSE, Retries
from pipeline_exec.errors import DestinationUnresponsive, SourceRefused, SourceUnresponsive
from pipeline_exec.settings import Settings
from pipeline_exec_tests.connectors.row_sink_conformance import rows_of, sent
from pipeline_exec_tests.servers.http import Reply


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were made, none of which takes any time."""
    made: list[float] = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", made.append)
    return made


def failing(times: int, error: Exception):
    left = iter([error] * times)

    def act() -> str:
        for failure in left:
            raise failure
        return "done"

    return act


def test_what_succeeds_is_tried_once(pauses):
    assert Retries(Settings()).call(lambda: "done") == "done"
    assert pauses == []


def test_each_pause_is_about_twice_the_one_before_and_never_longer_than_thirty_seconds(pauses):
    settings = Settings(retry_attempts=10, retry_wait_seconds=0.5)
    assert Retries(settings).call(failing(9, SourceUnresponsive("down"))) == "done"
    for number, pause in enumerate(pauses):
        assert min(0.5 * 2**number, 30) <= pause <= min(0.5 * 2**number + 0.25, 30)
    assert len({round(pause % 0.5, 6) for pause in pauses}) > 2, "no jitter"


def test_the_error_of_the_last_try_comes_out(pauses):
    with pytest.raises(SourceUnresponsive, match="down"):
        Retries(Settings(retry_attempts=3)).call(failing(9, SourceUnresponsive("down")))
    assert len(pauses) == 2


@pytest.mark.parametrize("error", [SourceRefused("no"), ValueError("a defect")], ids=["permanent", "not ours"])
def test_what_is_not_transient_comes_out_at_once(pauses, error):
    with pytest.raises(type(error)):
        Retries(Settings()).call(failing(1, error))
    assert pauses == []


def test_the_far_side_is_left_alone_for_as_long_as_it_asks(pauses):
    retries = Retries(Settings(retry_wait_seconds=1), lambda _: 7.0)
    assert retries.call(failing(1, SourceUnresponsive("busy"))) == "done"
    assert pauses == [7.0]


def test_a_pause_too_long_to_wait_for_ends_the_tries(pauses):
    with pytest.raises(SourceUnresponsive):
        Retries(Settings(), lambda _: LONGEST_PAUSE + 1).call(failing(1, SourceUnresponsive("busy")))
    assert pauses == []


def test_a_server_that_says_when_to_come_back_is_obeyed(http_server, settings, pauses):
    busy = [Reply(429, headers={"retry-after": "3"}), Reply(503, headers={"retry-after": "5"})]
    http_server.script("/rows", *busy, Reply(200))
    sink = HttpSink(HttpOutput(url=f"{http_server.url}/rows"), settings)
    assert sent(sink, rows_of(1)) == [1]
    assert pauses == [3.0, 5.0]


def test_a_server_that_says_to_come_back_much_later_is_not_waited_for(http_server, settings, pauses):
    http_server.script("/rows", Reply(503, headers={"retry-after": "3600"}))
    sink = HttpSink(HttpOutput(url=f"{http_server.url}/rows"), settings)
    with pytest.raises(DestinationUnresponsive) as failed:
        sent(sink, rows_of(1))
    assert asked_pause(failed.value) == 3600
    assert (pauses, len(http_server.requests)) == ([], 1)
