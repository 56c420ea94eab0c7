"""Samples: what a source gives is looked at; nothing is executed, kept, or taken from it."""

import gzip
import io
import os
import time
import zipfile

import pytest

from pipeline_exec.errors import Conflict, InvalidDocument, NotFound, Unavailable
from pipeline_exec.model.query import Query
from pipeline_exec.services.specimens import MOST_EXCERPTS
from pipeline_exec_tests.servers.http import Drip, Hang, Reply, closed_port
from pipeline_exec_tests.services.workshop import ADA, BAD_AGE, GRACE, Workshop


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        for name, text in files.items():
            opened.writestr(f"{name}.csv", text)
    return buffer.getvalue()


def nothing_happened(workshop):
    staging = workshop.layer.settings.home / "staging"
    kept = [path for path in staging.rglob("*") if path.is_file()]
    return workshop.layer.executions.find(Query()).total == 0 and not kept and workshop.sent() == {}


@pytest.fixture
def asking(store, tmp_path):
    """A workshop that may ask servers of this machine."""
    settings = {"allow_private_addresses": True, "max_sample_size": 1000}
    return Workshop(store, tmp_path, settings=settings)


def pull(workshop, url):
    return workshop.connector("api", node_type="HTTP", trigger_type="TIME_BASE", url=url)


class TestFolders:
    """The newest file of those at a source."""

    def test_it_is_the_newest_file_beside_the_names_of_all(self, workshop):
        pipeline = workshop.pipeline()
        workshop.drop("grace.csv", GRACE, age=60)
        workshop.drop("ada.csv", ADA, age=3600)

        sample = workshop.layer.samples.of_connector(pipeline.configuration.document.input_connectors[0], 10)

        assert sample.preview.rows.to_pylist() == [{"name": "Grace", "age": "85"}]
        assert sample.preview.dialect["format"] == "csv"
        assert [file.path.rpartition("/")[2] for file in sample.specimen.files] == ["grace.csv", "ada.csv"]
        assert sample.specimen.total_files == 2
        assert nothing_happened(workshop)

    def test_a_pipeline_maps_and_checks_it_and_executes_it_later_all_the_same(self, workshop):
        pipeline = workshop.pipeline()
        path = workshop.drop(text=BAD_AGE)

        preview = workshop.layer.samples.look_at_source(pipeline, 10).preview

        assert (preview.counts.total_rows, preview.counts.total_error_cells) == (2, 1)
        assert path.exists()
        assert nothing_happened(workshop)
        assert len(workshop.collect(pipeline).executions) == 1

    @pytest.mark.parametrize(
        ("content", "compression", "others"),
        [
            (gzip.compress(ADA.encode()), "gzip", None),
            (archive(ada=ADA), "zip", None),
            (archive(ada=ADA, grace=GRACE), "zip", ["grace.csv"]),
        ],
        ids=["gzip", "an archive of one", "an archive of several"],
    )
    def test_it_may_be_compressed(self, workshop, content, compression, others):
        pipeline = workshop.pipeline()
        workshop.drop("people", "").write_bytes(content)

        preview = workshop.layer.samples.look_at_source(pipeline, 10).preview

        assert preview.rows.to_pylist() == [{"name": "Ada", "age": "36"}]
        assert (preview.dialect["compression"], preview.dialect.get("other_members")) == (compression, others)
        assert nothing_happened(workshop)

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("large.csv", "name,age\n" + 'Ada,36\n"Grace,\nof the Navy",85\n' * 10),
            ("large.jsonl", '{"name": "Ada", "age": 36}\n{"name": "Grace,\\nof the Navy", "age": 85}\n' * 10),
        ],
        ids=["delimited text", "JSON lines"],
    )
    @pytest.mark.parametrize("most", [75, 80, 85, 90])
    def test_of_one_that_is_large_it_is_the_beginning(self, store, tmp_path, name, text, most):
        workshop = Workshop(store, tmp_path, settings={"max_sample_size": most})
        path = workshop.drop(name, text)

        sample = workshop.layer.samples.of_connector(workshop.input().id, 10)

        rows = sample.preview.rows.to_pylist()
        people = [{"name": "Ada", "age": "36"}, {"name": "Grace,\nof the Navy", "age": "85"}] * 10
        assert rows == people[: len(rows)] != []
        assert (sample.specimen.is_truncated, sample.specimen.source.size) == (True, path.stat().st_size)
        assert nothing_happened(workshop)

    def test_of_one_that_is_large_no_more_is_fetched_than_is_looked_at(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"max_sample_size": 1000})
        workshop.drop("large.csv", "name,age\n")
        with (workshop.folder("inbox") / "large.csv").open("ab") as file:
            file.write(b"Ada,36\n" * 1000)
            file.truncate(2 * 1024**3)  # sparse: reading all of it would take seconds

        begun = time.process_time()
        sample = workshop.layer.samples.of_connector(workshop.input().id, 10)

        assert sample.preview.rows.num_rows == 10
        assert time.process_time() - begun < 1

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("orders.xlsx", archive(**{"xl/workbook": ADA * 50}), "is a workbook, of which the beginning alone"),
            ("orders.zip", archive(orders=ADA * 50), "is a ZIP archive, of which"),
            ("orders.csv.gz", gzip.compress(os.urandom(300)), "is compressed with gzip, of which"),
            ("orders.json", b'[{"name": "Ada"}' + b', {"name": "Grace"}' * 50, "is JSON, of which"),
            ("orders.xml", b'<?xml version="1.0"?><a>' + b"<b>1</b>" * 50, "is XML, of which"),
            ("orders.csv", b"x" * 500, "has no record that ends in"),
        ],
        ids=["workbook", "archive", "gzip", "JSON", "XML", "one endless line"],
    )
    def test_one_that_is_large_and_cannot_be_cut_is_passed_over(self, store, tmp_path, name, content, said):
        workshop = Workshop(store, tmp_path, settings={"max_sample_size": 100})
        inbox = workshop.input()
        workshop.drop(name, "", age=0).write_bytes(content)
        with pytest.raises(InvalidDocument, match=rf"{name} has more than the 100 bytes.*{said}.*MAX_SAMPLE_SIZE"):
            workshop.layer.samples.of_connector(inbox.id, 10)

        workshop.drop("ada.csv", ADA)
        specimen = workshop.layer.samples.of_connector(inbox.id, 10).specimen
        assert (specimen.source.name, specimen.is_truncated) == ("ada.csv", False)
        [passed_over] = specimen.passed_over
        assert (passed_over.path.rpartition("/")[2], passed_over.size) == (name, len(content))
        assert said in passed_over.reason
        assert nothing_happened(workshop)

    def test_of_many_that_cannot_be_cut_only_a_few_are_fetched(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"max_sample_size": 20})
        for number in range(5):
            workshop.drop(f"{number}.json", "[" + '{"name": "Ada"},' * 10, age=number)
        workshop.drop("ada.csv", ADA)

        passed_over = workshop.layer.samples.of_connector(workshop.input().id, 10).specimen.passed_over
        assert ["is JSON" in file.reason for file in passed_over] == [True] * MOST_EXCERPTS + [False] * 2

    def test_what_is_wrong_with_a_beginning_may_be_that_the_rest_is_not_there(self, store, tmp_path):
        workshop = Workshop(store, tmp_path, settings={"max_sample_size": 50})
        workshop.drop("large.jsonl", '{"name": "Ada",\n "age": 36}\n' * 10)
        with pytest.raises(InvalidDocument, match=r"large.jsonl: .*Only its beginning was looked at"):
            workshop.layer.samples.of_connector(workshop.input().id, 10)

    def test_an_empty_folder_has_nothing(self, workshop):
        with pytest.raises(Conflict, match="No file lies at connector 'inbox'"):
            workshop.layer.samples.of_connector(workshop.input().id, 10)

    def test_a_folder_that_is_not_there_is_refused_in_its_own_words(self, workshop):
        inbox = workshop.input(path=str(workshop.place / "absent"))
        with pytest.raises(InvalidDocument, match="absent"):
            workshop.layer.samples.of_connector(inbox.id, 10)

    def test_a_file_that_cannot_be_read_says_why(self, workshop):
        inbox = workshop.input()
        workshop.drop("a.csv", "%PDF-1.4")
        with pytest.raises(InvalidDocument, match="PDF"):
            workshop.layer.samples.of_connector(inbox.id, 10)
        assert nothing_happened(workshop)


class TestAnswers:
    """What a source answers when it is asked once."""

    def test_it_is_asked_once(self, asking, http_server):
        http_server.script("/people.csv", Reply(body=ADA.encode()))

        sample = asking.layer.samples.of_connector(pull(asking, f"{http_server.url}/people.csv").id, 10)

        assert sample.preview.rows.to_pylist() == [{"name": "Ada", "age": "36"}]
        assert (sample.specimen.source.name, sample.specimen.files) == ("people.csv", ())
        assert len(http_server.requests) == 1

    @pytest.mark.parametrize(
        ("behaviour", "error"),
        [(Reply(401), InvalidDocument), (Reply(503), Unavailable), (Reply(body=bytes(2000)), InvalidDocument)],
        ids=["refused", "away", "too large"],
    )
    def test_what_is_no_sample_says_why(self, asking, http_server, behaviour, error):
        http_server.script("/data", behaviour)
        with pytest.raises(error):
            asking.layer.samples.of_connector(pull(asking, f"{http_server.url}/data").id, 10)
        assert nothing_happened(asking)

    def test_of_one_that_is_large_it_is_the_beginning(self, asking, http_server):
        http_server.script("/people.csv", Reply(body=b"name,age\n" + b"Ada,36\n" * 1000))
        sample = asking.layer.samples.of_connector(pull(asking, f"{http_server.url}/people.csv").id, 1000)
        assert sample.specimen.is_truncated
        assert sample.preview.rows.to_pylist() == [{"name": "Ada", "age": "36"}] * ((1000 - 9) // 7)
        assert nothing_happened(asking)

    @pytest.mark.parametrize(
        "behaviour", [Hang(), Drip([b"name,age\n", b"Ada,36\n"], pause=0.02)], ids=["silent", "slow"]
    )
    def test_a_source_that_takes_too_long_is_not_waited_for(self, store, tmp_path, http_server, behaviour):
        settings = {"allow_private_addresses": True, "max_sample_seconds": 0.01, "http_timeout_seconds": 0.2}
        asking = Workshop(store, tmp_path, settings=settings)
        http_server.script("/data", behaviour)
        with pytest.raises(Unavailable, match="MAX_SAMPLE_SECONDS"):
            asking.layer.samples.of_connector(pull(asking, f"{http_server.url}/data").id, 10)

    def test_a_source_that_cannot_be_reached_is_not_there_now(self, asking):
        with closed_port() as port, pytest.raises(Unavailable):
            asking.layer.samples.of_connector(pull(asking, f"http://127.0.0.1:{port}/").id, 10)


class TestPushes:
    """What was sent last."""

    @pytest.fixture
    def door(self, workshop):
        return workshop.connector("door", node_type="HTTP", trigger_type="EVENT_BASE")

    def push(self, workshop, door, text):
        payload = workshop.layer.ingestion.stage("people.csv", lambda into: into.write(text.encode()))
        return workshop.layer.ingestion.take(door.id, [payload])

    def test_it_is_what_was_sent_last_and_stays_where_it_is(self, workshop, door):
        workshop.pipeline(input=door)
        self.push(workshop, door, GRACE)
        workshop.clock.advance(1)
        [latest] = self.push(workshop, door, ADA)

        for _ in range(2):
            sample = workshop.layer.samples.of_connector(door.id, 10)
            assert sample.preview.rows.to_pylist() == [{"name": "Ada", "age": "36"}]
        assert workshop.layer.executions.input(latest.id)[0].read_text() == ADA

    def test_before_anything_was_sent_there_is_nothing(self, workshop, door):
        workshop.pipeline(input=door)
        with pytest.raises(Conflict, match="Nothing was sent"):
            workshop.layer.samples.of_connector(door.id, 10)


def test_an_output_gives_nothing(workshop):
    with pytest.raises(InvalidDocument, match="OUTPUT connector"):
        workshop.layer.samples.of_connector(workshop.output().id, 10)


def test_a_connector_that_is_not_there_is_not_found(workshop):
    with pytest.raises(NotFound):
        workshop.layer.samples.of_connector("absent", 10)
