"""What every store promises of wrappers, as ``ports.Wrappers`` says it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline_exec.errors import Conflict, NotFound
from pipeline_exec.model.wrapper import WrapperFile, WrapperLogLine, WrapperStatus
from pipeline_exec_tests.builders import NOON, a_principal, a_wrapper, add_all
from pipeline_exec_tests.store.races import race

FILE = WrapperFile(id="file", name="points.csv", size=7, columns=("time", "value"), uploaded_at=NOON)


def from_upload(name="sensor"):
    return a_wrapper(name, source_config={"file_id": FILE.id, "time_column": "time", "value_columns": ["value"]})


def a_line(message, level="INFO"):
    return WrapperLogLine(at=NOON, level=level, message=message)


class WrappersConformance:
    def test_a_wrapper_comes_back_as_it_was_added(self, store):
        wrapper = a_wrapper(by=a_principal("bob"), error_message="No.", phase="reading", low_water_mark=NOON)
        with store.writing() as tx:
            add_all(tx, wrapper)
        with store.reading() as tx:
            assert tx.wrappers.get(wrapper.id) == wrapper

    def test_saving_replaces_the_wrapper(self, store):
        wrapper = a_wrapper()
        after = replace(
            wrapper, status=WrapperStatus.COMPLETED, last_data_sent=NOON, data_points_count=3, high_water_mark=NOON
        )
        with store.writing() as tx:
            add_all(tx, wrapper)
            tx.wrappers.save(after)
        with store.reading() as tx:
            assert tx.wrappers.get(wrapper.id) == after

    def test_what_is_not_there_is_not_found(self, store):
        with store.writing() as tx:
            add_all(tx, a_principal())
            for ask in (
                lambda: tx.wrappers.get("wrapper-sensor"),
                lambda: tx.wrappers.save(a_wrapper()),
                lambda: tx.wrappers.delete("wrapper-sensor"),
                lambda: tx.wrappers.occupy("wrapper-sensor", "execution"),
                lambda: tx.wrappers.append_log("wrapper-sensor", a_line("hello")),
            ):
                with pytest.raises(NotFound, match="wrapper-sensor"):
                    ask()
            for ask in (lambda: tx.wrappers.file("file"), lambda: tx.wrappers.delete_file("file")):
                with pytest.raises(NotFound, match="'file'"):
                    ask()

    def test_a_page_has_the_newest_first_and_all_of_them_come_oldest_first(self, store):
        with store.writing() as tx:
            add_all(tx, *(a_wrapper(f"{hours}", at=NOON + timedelta(hours=hours)) for hours in (2, 1, 3)))
        with store.reading() as tx:
            page = tx.wrappers.page(1, 5)
            assert [wrapper.document.name for wrapper in page.items] == ["2", "1"]
            assert (page.total, page.offset, page.limit) == (3, 1, 5)
            assert [wrapper.document.name for wrapper in tx.wrappers.all()] == ["1", "2", "3"]

    def test_a_wrapper_is_deleted_with_its_log(self, store):
        with store.writing() as tx:
            add_all(tx, a_wrapper("one"), a_wrapper("two"))
            for wrapper in ("wrapper-one", "wrapper-two"):
                tx.wrappers.append_log(wrapper, a_line("hello"))
            tx.wrappers.delete("wrapper-one")
            add_all(tx, a_wrapper("one"))
            assert tx.wrappers.log(["wrapper-one", "wrapper-two"], 9) == {"wrapper-two": [a_line("hello")]}

    def test_a_wrapper_is_occupied_by_one_execution_until_that_releases_it(self, store):
        with store.writing() as tx:
            add_all(tx, a_wrapper())
            assert tx.wrappers.occupy("wrapper-sensor", "first")
            assert tx.wrappers.occupy("wrapper-sensor", "first")
            assert not tx.wrappers.occupy("wrapper-sensor", "second")
            tx.wrappers.release("wrapper-sensor", "second")
            assert not tx.wrappers.occupy("wrapper-sensor", "second")
            tx.wrappers.release("wrapper-sensor", "first")
            assert tx.wrappers.occupy("wrapper-sensor", "second")

    def test_saving_a_wrapper_does_not_free_it(self, store):
        with store.writing() as tx:
            add_all(tx, a_wrapper())
            tx.wrappers.occupy("wrapper-sensor", "first")
            tx.wrappers.save(a_wrapper())
            assert not tx.wrappers.occupy("wrapper-sensor", "second")

    def test_of_several_executions_at_once_one_occupies_the_wrapper(self, store, url):
        with store.writing() as tx:
            add_all(tx, a_wrapper())
        answers = race(url, lambda tx, number: tx.wrappers.occupy("wrapper-sensor", f"execution-{number}"))
        assert sorted(answers) == [False, False, False, True]

    def test_the_newest_lines_of_each_log_come_oldest_first(self, store):
        with store.writing() as tx:
            add_all(tx, a_wrapper("one"), a_wrapper("two"), a_wrapper("silent"))
            for number in range(4):
                tx.wrappers.append_log("wrapper-one", a_line(f"{number}"))
            tx.wrappers.append_log("wrapper-two", a_line("failed", level="ERROR"))
        with store.reading() as tx:
            logs = tx.wrappers.log(["wrapper-one", "wrapper-two", "wrapper-silent"], 2)
        assert logs == {
            "wrapper-one": [a_line("2"), a_line("3")],
            "wrapper-two": [a_line("failed", level="ERROR")],
        }

    def test_a_file_comes_back_as_it_was_added(self, store):
        with store.writing() as tx:
            tx.wrappers.add_file(FILE)
        with store.reading() as tx:
            assert tx.wrappers.file("file") == FILE

    def test_a_file_is_deleted_unless_a_wrapper_uses_it(self, store):
        with store.writing() as tx:
            tx.wrappers.add_file(FILE)
            add_all(tx, from_upload("pump"))
            with pytest.raises(Conflict, match="'pump'"):
                tx.wrappers.delete_file("file")
            assert tx.wrappers.file("file") == FILE
            tx.wrappers.delete("wrapper-pump")
            tx.wrappers.delete_file("file")
            with pytest.raises(NotFound):
                tx.wrappers.file("file")

    def test_a_wrapper_that_refers_to_what_is_not_there_is_a_conflict(self, store):
        with store.writing() as tx:
            with pytest.raises(Conflict, match="not there"):
                add_all(tx, from_upload())
            add_all(tx, a_wrapper())
            with pytest.raises(Conflict, match="not there"):
                tx.wrappers.save(a_wrapper(destination={"connector_id": "gone"}))
