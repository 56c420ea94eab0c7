import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.cli.yaml_text import read_yaml, write_yaml
from pipeline_exec.errors import InvalidDocument


def values(text):
    return [document.value for document in read_yaml(text, "file.yaml")]


TEXT = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(
        ["NO", "yes", "on", "12:30", "010", "0x1F", "1e3", "1_000", "~", "null", "", "=", "<<", "2024-01-01"]
    ),
    st.from_regex(r"[-+]?[0-9.eE_:]{1,8}", fullmatch=True),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(TEXT, VALUES, min_size=1, max_size=3), max_size=3))
def test_what_is_written_is_read_again(documents):
    assert values(write_yaml(documents)) == documents


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=3))
def test_text_stays_text_for_readers_of_yaml_1_1(document):
    assert list(yaml.safe_load_all(write_yaml([document]))) == [document]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("NO", "NO", id="a country"),
        pytest.param("12:30", "12:30", id="a time of day"),
        pytest.param("01234", "01234", id="a postal code"),
        pytest.param("2024-01-31", "2024-01-31", id="a date"),
        pytest.param("1_000", "1_000", id="an underscore"),
        pytest.param("12", 12, id="a number"),
        pytest.param("-1.5e3", -1500.0, id="a number with an exponent"),
        pytest.param("true", True, id="a boolean"),
        pytest.param("~", None, id="null"),
        pytest.param("", None, id="nothing"),
        pytest.param("'12'", "12", id="a quoted number"),
        pytest.param("!!str 12", "12", id="a tagged number"),
    ],
)
def test_scalars_mean_what_a_person_means(written, meant):
    assert values(f"value: {written}") == [{"value": meant}]


def test_keys_are_text():
    assert values("{1: a, true: b, null: c}") == [{"1": "a", "true": "b", "null": "c"}]


def test_every_field_has_its_line():
    (document,) = read_yaml("\na: 1\nb:\n  - c: 2\n\n  - d:\n      e: 3\n", "file.yaml")
    assert dict(document.lines) == {"": 2, "a": 2, "b": 3, "b.0": 4, "b.0.c": 4, "b.1": 6, "b.1.d": 6, "b.1.d.e": 7}


def test_empty_documents_are_left_out():
    assert values("---\n---\na: 1\n---\n# nothing\n") == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("a: [1, 2", "line 1: this is not YAML: expected ',' or ']'", id="an open bracket"),
        pytest.param("a: 1\nb:\n\t- 2", "line 3: this is not YAML: found character '\\t'", id="a tabulator"),
        pytest.param("a: 1\nb: 2\na: 3", "line 3: 'a' stands here twice", id="a key twice"),
        pytest.param("a: !python/object:os.system x", "cannot be read as", id="an object of Python"),
        pytest.param("a: !!int x", "line 1: 'x' cannot be read as int", id="a tag that lies"),
        pytest.param("? [1]\n: 2", "line 1: a key must be text", id="a key that is a list"),
        pytest.param("a: &a [*a]", "too large or too deep", id="an alias of itself"),
        pytest.param("a: \x00", "unacceptable character", id="a control character"),
        pytest.param("a: *b", "undefined alias", id="an alias of nothing"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_line(text, says):
    with pytest.raises(InvalidDocument) as refused:
        values(text)
    assert refused.value.what.startswith("file.yaml")
    assert says in refused.value.what


def test_aliases_cannot_make_a_small_file_endless():
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 9))
    with pytest.raises(InvalidDocument, match="too large or too deep"):
        values(f"l0: &l0 [1]\n{levels}")
