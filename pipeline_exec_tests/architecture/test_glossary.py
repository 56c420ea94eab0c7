"""The glossary: each word has a sentence, and a file where it is at home."""

import re

import pytest

from pipeline_exec_tests.architecture.modules import PACKAGE, PROJECT

ROW = re.compile(r"\| (?P<word>.+?) \| (?P<meaning>.+) \|")
FILE = re.compile(r"`([\w/]+(?:\.py|/))`")
ROWS = [
    match
    for match in map(ROW.fullmatch, PROJECT.joinpath("docs/glossary.md").read_text(encoding="utf-8").splitlines())
    if match and "**" in match["word"]
]
EXPECTED = {
    *("connector", "target data model", "pipeline", "configuration", "execution", "execution log", "run", "finding"),
    *("arrival", "wrapper", "principal", "stage", "claim", "fence", "staging", "delivery", "reconciler"),
}


def word(row):
    return re.search(r"\*\*(.+?)\*\*", row["word"])[1].lower()


def test_every_word_of_the_field_is_explained():
    assert {word(row) for row in ROWS} >= EXPECTED


def test_every_word_is_explained_once():
    words = [word(row) for row in ROWS]

    assert sorted(words) == sorted(set(words))


@pytest.mark.parametrize("row", ROWS, ids=word)
def test_a_word_has_a_sentence_and_a_file(row):
    named = [PACKAGE / path for path in FILE.findall(row["meaning"])]
    own = PACKAGE / "model" / f"{word(row).replace(' data ', ' ').replace(' ', '_')}.py"

    assert row["meaning"].endswith((".", ".)"))
    assert any(path.exists() for path in named or [own]), "name the file where the word is at home"
    assert all(path.exists() for path in named)


@pytest.mark.parametrize(
    "module", sorted(path.stem for path in PACKAGE.joinpath("model").glob("[!_]*.py")), ids=lambda stem: stem
)
def test_every_noun_of_the_model_is_explained(module):
    """Or is a word that needs no explanation."""
    plain = {"file_name", "identity", "query", "rows"}
    words = " ".join(row["word"].lower() for row in ROWS)

    assert module in plain or module.replace("target_model", "target data model").replace("_", " ") in words
