"""What every store promises of its transactions, as ``ports.Store`` says it."""

import threading

import pytest

from pipeline_exec.errors import NotFound
from pipeline_exec_tests.builders import a_connector, a_wrapper, add_all


class TransactionConformance:
    def test_what_a_block_wrote_is_there_when_it_ended(self, store):
        with store.writing() as tx:
            add_all(tx, a_connector("inbox"), a_connector("archive"))
        with store.reading() as tx:
            assert tx.connectors.named("inbox")
            assert tx.connectors.named("archive")

    def test_nothing_of_a_block_that_raised_is_there(self, store):
        def interrupted():
            with store.writing() as tx:
                add_all(tx, a_connector("inbox"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            interrupted()
        with store.reading() as tx:
            assert tx.connectors.named("inbox") is None

    def test_a_block_sees_what_it_wrote_itself(self, store):
        with store.writing() as tx:
            add_all(tx, a_connector("inbox"))
            assert tx.connectors.named("inbox") == a_connector("inbox")

    def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(self, store):
        with store.reading() as before:
            assert before.connectors.named("inbox") is None
            with store.writing() as tx:
                add_all(tx, a_connector("inbox"))
            assert before.connectors.named("inbox") is None
        with store.reading() as after:
            assert after.connectors.named("inbox")

    def test_a_reader_cannot_write(self, store):
        with pytest.raises(Exception, match=r"(?i)read.?only"), store.reading() as tx:
            add_all(tx, a_connector("inbox"))
        with store.writing() as tx:
            add_all(tx, a_connector("inbox"))

    def test_a_refusal_is_passed_on_as_it_is(self, store):
        with pytest.raises(NotFound), store.writing() as tx:
            tx.connectors.get("nobody")

    def test_a_writer_waits_for_the_one_before_it(self, store):
        with store.writing() as tx:
            add_all(tx, a_wrapper())
        answers = []

        def second():
            with store.writing() as tx:
                answers.append(tx.wrappers.occupy(a_wrapper().id, "second"))

        thread = threading.Thread(target=second)
        with store.writing() as tx:
            assert tx.wrappers.occupy(a_wrapper().id, "first")
            thread.start()
            thread.join(0.1)
            assert not answers
        thread.join()
        assert answers == [False]

    def test_a_store_that_is_ready_passes_the_check(self, store):
        store.check()

    def test_migrating_again_changes_nothing(self, store):
        with store.writing() as tx:
            add_all(tx, a_connector("inbox"))
        store.migrate()
        with store.reading() as tx:
            assert tx.connectors.named("inbox")
