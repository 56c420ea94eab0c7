"""What every staging area promises, as ``ports.Staging`` says it."""

import hashlib

import pytest

from pipeline_exec.errors import NotFound


def put(staging, ref, content=b"content"):
    with staging.writing(ref) as file:
        file.write(content)


def place(staging, ref, content=b"content", *, is_durable=True):
    with staging.placing(ref) as placed:
        placed.path.write_bytes(content)
        placed.is_durable = is_durable


class StagingConformance:
    """Inherit it and give it a fixture ``staging``."""

    def test_what_was_written_is_there_when_the_block_ended(self, staging):
        put(staging, "execution/input", b"a,b\n")
        assert staging.exists("execution/input")
        assert staging.size("execution/input") == 4
        assert staging.local("execution/input").read_bytes() == b"a,b\n"

    def test_nothing_is_there_while_it_is_written(self, staging):
        with staging.writing("execution/input") as file:
            file.write(b"half")
            file.flush()
            assert not staging.exists("execution/input")
            with pytest.raises(NotFound):
                staging.local("execution/input")

    def test_nothing_is_there_when_the_block_raised(self, staging):
        with pytest.raises(ZeroDivisionError), staging.writing("execution/input") as file:
            file.write(b"half" * 100_000 * (1 // 0))
        assert not staging.exists("execution/input")

    def test_what_was_there_stays_when_writing_it_again_fails(self, staging):
        put(staging, "execution/input", b"whole")
        with pytest.raises(ZeroDivisionError), staging.writing("execution/input") as file:
            file.write(b"half" * (1 // 0))
        assert staging.local("execution/input").read_bytes() == b"whole"

    def test_writing_again_replaces(self, staging):
        put(staging, "execution/input", b"long before")
        put(staging, "execution/input", b"after")
        assert staging.local("execution/input").read_bytes() == b"after"

    def test_two_writers_of_one_reference_do_not_mix(self, staging):
        with staging.writing("execution/input") as first:
            first.write(b"first " * 10_000)
            put(staging, "execution/input", b"second")
            assert staging.local("execution/input").read_bytes() == b"second"
        assert staging.local("execution/input").read_bytes() == b"first " * 10_000

    def test_what_is_placed_is_there_at_the_end(self, staging):
        with staging.placing("execution/read.arrow") as placed:
            placed.path.write_bytes(b"rows")
            assert not staging.exists("execution/read.arrow")
        assert staging.local("execution/read.arrow").read_bytes() == b"rows"

    def test_placing_again_replaces_at_the_end(self, staging):
        put(staging, "execution/read.arrow", b"before")
        with staging.placing("execution/read.arrow") as placed:
            placed.path.write_bytes(b"after")
            assert staging.local("execution/read.arrow").read_bytes() == b"before"
        assert staging.local("execution/read.arrow").read_bytes() == b"after"

    def test_placing_that_fails_changes_nothing(self, staging):
        put(staging, "execution/read.arrow", b"before")
        with pytest.raises(ZeroDivisionError), staging.placing("execution/read.arrow") as placed:
            placed.path.write_bytes(b"half") and 1 // 0
        assert staging.local("execution/read.arrow").read_bytes() == b"before"

    def test_two_who_place_the_same_do_not_mix(self, staging):
        with staging.placing("execution/rows") as first:
            first.path.write_bytes(b"first " * 10_000)
            with staging.placing("execution/rows") as second:
                second.path.write_bytes(b"second")
        assert staging.local("execution/rows").read_bytes() == b"first " * 10_000

    @pytest.mark.parametrize("before", [True, False], ids=["durable", "passing"])
    @pytest.mark.parametrize("now", [True, False], ids=["durable", "passing"])
    def test_what_is_placed_last_counts_whether_durable_or_not(self, staging, before, now):
        for content, is_durable in ((b"before", before), (b"now", now)):
            place(staging, "execution/rows.arrow", content, is_durable=is_durable)
            assert staging.local("execution/rows.arrow").read_bytes() == content
        staging.remove("execution/rows.arrow")
        assert not staging.exists("execution/rows.arrow")

    def test_what_is_placed_without_a_byte_is_empty(self, staging):
        with staging.placing("execution/read.arrow"):
            pass
        assert staging.size("execution/read.arrow") == 0

    def test_what_is_not_there_is_not_found_and_named(self, staging):
        assert not staging.exists("execution/input")
        for ask in (staging.local, staging.size):
            with pytest.raises(NotFound, match="execution/input"):
                ask("execution/input")

    def test_everything_below_a_prefix_is_removed_and_nothing_else(self, staging):
        for ref in ("execution/input", "execution/deep/er.arrow", "execution2/input", "uploads/file", "uploads/file2"):
            put(staging, ref)
        staging.remove("execution")
        staging.remove("uploads/file")
        assert [
            ref for ref in ("execution/input", "execution/deep/er.arrow", "uploads/file") if staging.exists(ref)
        ] == []
        assert staging.exists("execution2/input")
        assert staging.exists("uploads/file2")

    def test_removing_what_is_not_there_is_a_no_op(self, staging):
        staging.remove("execution")
        staging.remove("execution/input")

    def test_large_content_comes_back_as_it_was(self, staging):
        chunk = hashlib.sha512(b"seed").digest() * 16_384
        with staging.writing("execution/input") as file:
            for _ in range(8):
                file.write(chunk)
        assert staging.size("execution/input") == 8 * len(chunk)
        assert staging.local("execution/input").read_bytes() == 8 * chunk

    def test_the_check_passes_and_leaves_nothing(self, staging):
        staging.check()

    @pytest.mark.parametrize(
        "ref",
        [
            "",
            ".",
            "..",
            "/etc/passwd",
            "../outside",
            "execution/../../outside",
            "execution/..",
            "execution//input",
            "execution/",
            ".hidden",
            "execution/.input.1",
            "a\\b",
            "a\x00b",
            "a\nb",
            "ä",
            "C:input",
        ],
    )
    def test_a_reference_that_leads_elsewhere_is_refused(self, staging, ref):
        for ask in (staging.local, staging.exists, staging.size, staging.remove):
            with pytest.raises(ValueError, match="not a reference"):
                ask(ref)
        for opening in (staging.writing, staging.placing):
            with pytest.raises(ValueError, match="not a reference"), opening(ref):
                pass
