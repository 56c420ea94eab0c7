import pytest
from pydantic import SecretStr

from pipeline_exec.errors import Unavailable
from pipeline_exec.settings import Settings
from pipeline_exec.store.vault import KEY_FILE, FernetVault
from pipeline_exec_tests.connectors.processes import crashing_at, unprivileged
from pipeline_exec_tests.store.conformance.vault import VaultConformance
from pipeline_exec_tests.store.races import in_processes


class TestVaultWithAKeyFile(VaultConformance):
    """A key file of the home folder seals."""

    @pytest.fixture
    def vault(self, tmp_path):
        return FernetVault(tmp_path / "home")

    @pytest.fixture
    def other_vault(self, tmp_path):
        return FernetVault(tmp_path / "other")


class TestVaultWithASecretKey(VaultConformance):
    """The deployment's secret key seals."""

    @pytest.fixture
    def vault(self, tmp_path):
        return FernetVault(tmp_path, "any text, ä short one too")

    @pytest.fixture
    def other_vault(self, tmp_path):
        return FernetVault(tmp_path, "any text, ä short one two")


def test_the_key_file_is_made_on_first_use_for_its_owner_only(tmp_path):
    vault = FernetVault.of(Settings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()
    sealed = vault.seal("secret")
    assert (tmp_path / "home" / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "home").iterdir()] == [KEY_FILE]
    assert FernetVault.of(Settings(home=tmp_path / "home")).unseal(sealed) == "secret"


def test_a_secret_key_of_the_settings_needs_no_file(tmp_path):
    settings = Settings(home=tmp_path / "home", secret_key=SecretStr("key"))
    sealed = FernetVault.of(settings).seal("secret")
    assert FernetVault(tmp_path / "elsewhere", "key").unseal(sealed) == "secret"
    assert not (tmp_path / "home").exists()


def test_processes_that_start_at_once_share_one_key(tmp_path):
    sealed = in_processes(lambda number: FernetVault(tmp_path / "home").seal(f"{number}"), 4)
    vault = FernetVault(tmp_path / "home")
    assert [vault.unseal(one) for one in sealed] == ["0", "1", "2", "3"]
    assert [path.name for path in (tmp_path / "home").iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("step", range(1, 8))
def test_a_crash_while_the_key_is_made_leaves_a_whole_key_or_none(tmp_path, step):
    crashing_at(step, lambda: FernetVault(tmp_path / "home").seal("secret"))
    vault = FernetVault(tmp_path / "home")
    assert FernetVault(tmp_path / "home").unseal(vault.seal("secret")) == "secret"


def test_a_damaged_key_file_is_unavailable_and_stays_as_it_is(tmp_path):
    (tmp_path / KEY_FILE).write_text("damaged")
    with pytest.raises(Unavailable, match="damaged") as refused:
        FernetVault(tmp_path).seal("secret")
    assert str(tmp_path) not in refused.value.message
    assert (tmp_path / KEY_FILE).read_text() == "damaged"


def test_a_home_that_may_not_be_written_is_unavailable(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Unavailable, match="Permission denied"):
        unprivileged(lambda: FernetVault(tmp_path).seal("secret"))
