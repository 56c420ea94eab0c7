from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.store.column_types import Moment, from_json, restored, storable, to_json

any_text = st.text(
    st.one_of(st.characters(), st.characters(categories=["Cs"]), st.sampled_from("\x00\\\U00100000\U00100001u0"))
)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner) | st.dictionaries(any_text, inner),
)


@given(any_text)
def test_any_text_is_restored_from_what_a_database_takes(text):
    kept = storable(text)
    assert "\x00" not in kept
    kept.encode()
    assert restored(kept) == text


@given(st.text(st.characters(max_codepoint=0xFFFF, categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_is_kept_as_it_is(text):
    assert storable(text) == text


@given(any_json)
def test_any_json_is_restored_from_what_a_database_takes(value):
    kept = to_json(value)
    assert "\\u0000" not in kept.replace("\\\\", "")
    kept.encode()
    assert from_json(kept) == value


def test_a_moment_is_kept_in_utc():
    local = datetime(2024, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert Moment().process_bind_param(local, None) == datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Moment().process_bind_param(datetime(2024, 5, 1), None)  # noqa: DTZ001 - it is what is refused
