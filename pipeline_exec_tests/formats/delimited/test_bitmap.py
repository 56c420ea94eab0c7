"""Places as bits, held to the same places as numbers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.formats.delimited.bitmap import before, behind, between, first, holds, last, where

BLOCKS = st.binary(min_size=1, max_size=300).map(lambda data: bytes(byte % 5 for byte in data))


def numbers(bits, size):
    return [place for place in range(size) if holds(bits, place)]


def stands(block, among):
    return [place for place, byte in enumerate(block) if byte in among]


@given(BLOCKS)
def test_bytes_are_found_where_they_stand(block):
    assert numbers(where(block, b"\1\3"), len(block)) == stands(block, b"\1\3")


@given(BLOCKS)
def test_a_block_larger_than_a_piece_is_searched_whole(block):
    block *= 300_000 // len(block) + 1
    places = stands(block, b"\2")

    found = where(block, b"\2")

    assert first(found) == (places[0] if places else None)
    assert last(found, len(block)) == (places[-1] if places else None)
    assert sum(int(word).bit_count() for word in found) == len(places)


@given(BLOCKS)
def test_places_move_by_one(block):
    size, places = len(block), stands(block, b"\1")
    bits = where(block, b"\1")

    assert numbers(behind(bits), size) == [place + 1 for place in places if place + 1 < size]
    assert numbers(before(bits), size) == [place - 1 for place in places if place]
    assert holds(behind(bits, start=True), 0)
    assert holds(before(bits, end=size), size - 1)


@given(BLOCKS)
def test_what_is_between_begins_at_every_other_place(block):
    size, places = len(block), stands(block, b"\1")
    spans = list(pairwise([*places, size]))[::2]

    found = numbers(between(where(block, b"\1")), size)

    assert found == [place for begin, end in spans for place in range(begin, end)]


@given(BLOCKS, st.integers(0, 300))
def test_the_last_place_before_another_is_found(block, end):
    end = min(end, len(block))
    places = [place for place in stands(block, b"\1") if place < end]

    assert last(where(block, b"\1"), end) == (places[-1] if places else None)
