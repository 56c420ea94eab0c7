"""Deliveries: each output gets the result once, whole or not at all."""

import pytest

from pipeline_exec.errors import ErrorType
from pipeline_exec.model.execution import DeliveryStatus, Status
from pipeline_exec_tests.servers.http import Reply, http_engine, http_server  # noqa: F401  # they are fixtures
from pipeline_exec_tests.services.workshop import BAD_AGE, Workshop

THREE = "name,age\nAda,36\nGrace,85\nLinus,54\n"


@pytest.fixture
def workshop(store, tmp_path):
    return Workshop(store, tmp_path, settings={"allow_private_addresses": True})


def delivery(workshop, execution):
    [found] = workshop.layer.executions.deliveries([execution.id])[execution.id]
    return found


class TestBatches:
    """Rows sent to an HTTP server, one in each request."""

    @pytest.fixture
    def pipeline(self, workshop, http_server):  # noqa: F811  # the fixture
        url = http_server.script("/rows", Reply(200), Reply(500), Reply(500), Reply(200))
        sink = workshop.connector("api", type="OUTPUT", node_type="HTTP", url=url, batch_rows=1)
        return workshop.pipeline(outputs=[sink])

    def batches(self, http_server):  # noqa: F811  # the fixture
        return [request.headers["idempotency-key"].rpartition("-")[2] for request in http_server.requests]

    def test_a_fix_goes_on_behind_the_batches_that_were_confirmed(self, workshop, pipeline, http_server):  # noqa: F811
        workshop.drop(text=THREE)
        [failed] = workshop.execute(pipeline)
        broken = delivery(workshop, failed)
        before = self.batches(http_server)

        fixed = workshop.fix(failed)

        assert failed.failure.type is ErrorType.DESTINATION_UNRESPONSIVE
        assert (broken.status, broken.batches, before) == (DeliveryStatus.FAILED, 1, ["1", "2", "2"])
        assert (fixed.status, self.batches(http_server)[len(before) :]) == (Status.SUCCESSFUL, ["2", "3"])
        assert (delivery(workshop, fixed).batches, delivery(workshop, fixed).rows) == (3, 3)

    def test_a_worker_that_died_amid_the_batches_is_followed_by_one_that_goes_on(self, workshop, pipeline, http_server):  # noqa: F811
        workshop.drop(text=THREE)
        [failed] = workshop.execute(pipeline)
        workshop.fix(failed)

        keys = [request.headers["idempotency-key"] for request in http_server.requests]

        assert len({key.rpartition("-")[0] for key in keys}) == 1


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "configuration", "status"),
        [
            pytest.param(THREE, {}, Status.FAILED, id="three rows for two"),
            pytest.param(BAD_AGE + "Linus,54\n", {"error_config": {"on_error": "DROP_ROW", "error_threshold": 50}},
                         Status.SUCCESSFUL, id="three rows, one of which is dropped"),
        ],
    )  # fmt: skip
    def test_a_destination_takes_so_many_rows_as_are_sent(self, workshop, text, configuration, status):
        pipeline = workshop.pipeline(outputs=[workshop.output(max_rows=2)], **configuration)
        workshop.drop(text=text)

        [ended] = workshop.execute(pipeline)

        assert ended.status is status
        assert len(workshop.sent()) == (status is Status.SUCCESSFUL)

    def test_a_pipeline_in_developer_mode_sends_few_rows_of_many(self, workshop):
        pipeline = workshop.pipeline(outputs=[workshop.output(max_rows=100)], developer_mode=True)
        workshop.drop(text="name,age\n" + "Ada,36\n" * 101)

        [ended] = workshop.execute(pipeline)

        assert (ended.status, delivery(workshop, ended).rows) == (Status.SUCCESSFUL, 100)

    def test_a_file_that_is_too_large_is_not_placed(self, workshop):
        pipeline = workshop.pipeline(outputs=[workshop.output(max_file_size=10)])
        workshop.drop(text=THREE)

        [ended] = workshop.execute(pipeline)

        assert ended.failure.type is ErrorType.DESTINATION_SIZE_LIMIT
        assert workshop.sent() == {}


class TestFiles:
    def test_what_was_delivered_is_written_down(self, workshop):
        pipeline = workshop.pipeline(output_options={"file_name": "{pipeline}-{date}", "file_extension": "csv"})
        workshop.drop(text=THREE)

        [ended] = workshop.execute(pipeline)

        sent = delivery(workshop, ended)
        assert (sent.status, sent.rows, sent.bytes, sent.failure) == (DeliveryStatus.DELIVERED, 3, len(THREE), None)
        assert sent.location == str(workshop.folder("outbox") / "import-2024-05-01.csv")

    def test_a_repeated_delivery_has_the_name_of_the_first(self, workshop):
        in_the_way = workshop.drop("file", "", folder="place")
        output = workshop.output(path=str(in_the_way / "bad"), file_name="{date}-{time}")
        workshop.drop(text=THREE)
        [failed] = workshop.execute(workshop.pipeline(outputs=[output]))
        in_the_way.unlink()
        workshop.clock.advance(86_400)

        workshop.fix(failed)

        assert [path.name for path in (in_the_way / "bad").iterdir()] == ["2024-05-01-120000.csv"]

    def test_outputs_with_formats_of_their_own_get_them(self, workshop):
        outputs = [workshop.output("table"), workshop.output("lines", file_extension="jsonl")]
        workshop.drop()

        workshop.execute(workshop.pipeline(outputs=outputs))

        assert [name.rpartition(".")[2] for folder in ("table", "lines") for name in workshop.sent(folder)] == [
            "csv",
            "jsonl",
        ]
