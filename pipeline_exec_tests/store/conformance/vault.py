"""What every vault promises, as ``ports.Vault`` says it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_exec.errors import Unavailable


class VaultConformance:
    """Inherit it and give it the fixtures ``vault`` and ``other_vault``, which has another key."""

    def test_what_was_sealed_is_unsealed(self, vault):
        @given(st.text())
        def unsealed(plain):
            assert vault.unseal(vault.seal(plain)) == plain

        unsealed()

    def test_what_is_sealed_does_not_show_the_secret(self, vault):
        sealed = vault.seal("correct horse")
        assert "correct" not in sealed
        assert sealed.isascii()

    def test_the_same_secret_is_sealed_differently_each_time(self, vault):
        assert vault.seal("secret") != vault.seal("secret")

    def test_another_key_does_not_unseal(self, vault, other_vault):
        sealed = vault.seal("secret")
        with pytest.raises(Unavailable, match="present key"):
            other_vault.unseal(sealed)

    @pytest.mark.parametrize("change", ["shortened", "altered", "empty", "not sealed", "not ASCII"])
    def test_what_was_tampered_with_is_not_unsealed(self, vault, change):
        sealed = vault.seal("secret")
        middle = len(sealed) // 2
        changed = {
            "shortened": sealed[:-4],
            "altered": sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :],
            "empty": "",
            "not sealed": "secret",
            "not ASCII": "ä" * 100,
        }[change]
        with pytest.raises(Unavailable):
            vault.unseal(changed)
