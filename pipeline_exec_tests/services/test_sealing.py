"""Secrets in documents: encrypted where they are kept, stars where they are shown, given back where they are used."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, SecretStr

from pipeline_exec.errors import InvalidDocument, Unavailable
from pipeline_exec.model.document import Document
from pipeline_exec.services.sealing import MASK, SEALED, Sealing, masked
from pipeline_exec.settings import Settings
from pipeline_exec.store.vault import FernetVault
from pipeline_exec_tests.services.workshop import connector_document


class Leaf(Document):
    """Something with a secret and something without."""

    secret: SecretStr | None = None
    plain: Any = None


class Branch(Document):
    """Secrets at every depth, in lists and in objects."""

    secret: SecretStr = SecretStr("")
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: dict[str, Leaf] = Field(default_factory=dict)
    plain: Any = None


@pytest.fixture(scope="module")
def sealing(tmp_path_factory):
    return Sealing(FernetVault.of(Settings(home=tmp_path_factory.mktemp("vault"))))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(lambda text: f"s3cret-{text}")
names = st.text(st.characters(categories=["L"]), min_size=1, max_size=5)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
leaves = st.builds(Leaf, secret=st.none() | texts.map(SecretStr), plain=plain)
branches = st.builds(
    Branch,
    secret=texts.map(SecretStr),
    headers=st.dictionaries(names, texts.map(SecretStr), max_size=3),
    leaf=st.none() | leaves,
    leaves=st.lists(leaves, max_size=3).map(tuple),
    named=st.dictionaries(names, leaves, max_size=2),
    plain=plain,
)


@given(document=branches)
def test_what_is_sealed_comes_back_as_it_was(sealing, document):
    stored = sealing.sealed(document)

    assert Branch.parse(sealing.unsealed(stored)) == document
    assert Branch.parse(sealing.unsealed(json.loads(json.dumps(stored)))) == document


@given(document=branches)
def test_no_secret_is_in_anything_that_is_kept_or_shown(sealing, document):
    stored = sealing.sealed(document)
    shown = masked(stored)

    for seen in (repr(document), str(document), json.dumps(document.to_json()), json.dumps(stored), json.dumps(shown)):
        assert "s3cret-" not in seen


@given(document=branches)
def test_what_is_shown_can_be_sent_back_unchanged(sealing, document):
    stored = sealing.sealed(document)

    sent_back = sealing.revealed(masked(stored), stored, at="configuration")

    assert Branch.parse(sent_back) == document


@given(document=branches)
def test_what_is_not_given_is_not_kept(sealing, document):
    given_only = Branch.parse({"secret": document.secret})

    assert sealing.sealed(given_only).keys() == {"secret"}


def test_a_changed_secret_is_kept_beside_masked_ones(sealing):
    before = sealing.sealed(Branch.parse({"headers": {"a": "old-a", "b": "old-b"}, "leaves": [{"secret": "one"}]}))

    sent = {"headers": {"a": MASK, "b": "new-b", "c": "new-c"}, "leaves": [{"secret": MASK}, {"secret": "two"}]}

    assert sealing.revealed(sent, before, at="configuration") == {
        "headers": {"a": "old-a", "b": "new-b", "c": "new-c"},
        "leaves": [{"secret": "one"}, {"secret": "two"}],
    }


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"secret": MASK}, "configuration.secret"),
        ({"headers": {"x": MASK}}, "configuration.headers.x"),
        ({"leaves": [{"secret": "a"}, {"secret": MASK}]}, "configuration.leaves.1.secret"),
        ({"named": {"x": {"secret": MASK}}}, "configuration.named.x.secret"),
    ],
)
def test_a_mask_behind_which_there_is_nothing_is_named(sealing, sent, field):
    before = sealing.sealed(Branch.parse({"leaves": [{"secret": "a"}]}))

    with pytest.raises(InvalidDocument) as caught:
        sealing.revealed(sent, before, at="configuration")

    assert [problem.field for problem in caught.value.problems] == [field]


@pytest.mark.parametrize(
    "raw",
    [
        {"plain": {"$sealed": "gAAAA"}},
        {"plain": [{"a": {"$sealed": "gAAAA", "other": 1}}]},
        {"headers": {"$sealed": "x"}},
    ],
    ids=["as a value", "deep within", "as a name"],
)
def test_nobody_but_the_vault_seals(sealing, raw):
    """Else a stranger's cipher text would be decrypted for whoever sends it, and nonsense would break the document."""
    with pytest.raises(InvalidDocument, match=r"\$sealed"):
        sealing.sealed(Branch.parse(raw))


def test_another_key_opens_nothing(sealing, tmp_path):
    stored = sealing.sealed(Branch.parse({"secret": "x"}))
    other = Sealing(FernetVault.of(Settings(home=tmp_path)))

    with pytest.raises(Unavailable):
        other.unsealed(stored)


class TestConnectors:
    """The same through the service that keeps connectors."""

    @pytest.fixture
    def connector(self, workshop):
        return workshop.connector("api", type="OUTPUT", node_type="HTTP", **self.configuration("t0ken"))

    def configuration(self, token, url="https://example.com/rows"):
        return {"url": url, "headers": {"X-Key": "h3ader"}, "auth": {"type": "BEARER", "token": token}}

    def change(self, workshop, connector, **configuration):
        document = connector_document("api", type="OUTPUT", node_type="HTTP", **configuration)
        return workshop.layer.connectors.update(connector.id, document, workshop.caller)

    def secrets(self, workshop, connector):
        opened = workshop.layer.connectors.open(connector.document).configuration
        return opened.auth.token.get_secret_value()

    def test_nothing_that_is_kept_or_printed_has_the_secret(self, workshop, connector):
        opened = workshop.layer.connectors.open(connector.document)

        for seen in (repr(connector), repr(opened), json.dumps(connector.document.to_json())):
            assert "t0ken" not in seen
        assert self.secrets(workshop, connector) == "t0ken"

    def test_a_mask_keeps_the_secret_while_the_rest_changes(self, workshop, connector):
        shown = masked(connector.document.configuration)

        changed = self.change(workshop, connector, **{**shown, "url": "https://example.com/other"})

        assert self.secrets(workshop, changed) == "t0ken"
        assert changed.document.configuration["url"] == "https://example.com/other"
        assert changed == workshop.layer.connectors.get(connector.id)

    def test_a_new_secret_takes_the_place_of_the_old_one(self, workshop, connector):
        changed = self.change(workshop, connector, **self.configuration("another"))

        assert self.secrets(workshop, changed) == "another"

    def test_a_mask_for_a_secret_there_never_was_is_refused(self, workshop):
        plain = workshop.connector("api", type="OUTPUT", node_type="HTTP", url="https://example.com")

        with pytest.raises(InvalidDocument) as caught:
            self.change(workshop, plain, url="https://example.com", headers={"X-Key": MASK})

        assert [problem.field for problem in caught.value.problems] == ["configuration.headers.X-Key"]


class TestSecretsAndTheirAddress:
    @pytest.fixture
    def change(self, tmp_path):
        """A document sent back with its secret masked, and with something changed."""
        vault = FernetVault.of(Settings(home=tmp_path))
        url = "https://ours.example.com/a"
        stored = {"url": url, "auth": {"type": "BEARER", "token": {SEALED: vault.seal("s3cret")}}}
        sent = {"url": url, "auth": {"type": "BEARER", "token": MASK}}
        return lambda **changes: Sealing(vault).revealed({**sent, **changes}, stored, at="configuration")

    def test_another_path_of_the_same_host_keeps_them(self, change):
        changed = change(url="https://ours.example.com/b")
        assert changed["auth"]["token"] == "s3cret"

    @pytest.mark.parametrize(
        "url",
        ["https://theirs.example.com/a", "http://ours.example.com/a", "https://ours.example.com:8443/a"],
        ids=["host", "scheme", "port"],
    )
    def test_another_address_wants_them_again(self, change, url):
        with pytest.raises(InvalidDocument, match="given again"):
            change(url=url)

    def test_another_address_with_the_secret_itself_is_taken(self, change):
        changed = change(url="https://theirs.example.com", auth={"type": "BEARER", "token": "new"})
        assert changed["auth"]["token"] == "new"
