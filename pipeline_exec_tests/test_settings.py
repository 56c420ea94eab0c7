"""Settings: read from the environment once, and handed on to child processes as they are."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from pipeline_exec.errors import InvalidDocument
from pipeline_exec.settings import PREFIX, Settings


def test_the_embedded_default_needs_no_variable():
    settings = Settings.from_environment({})

    assert settings == Settings()
    assert (settings.home, settings.database_url, settings.host, settings.port) == (
        Path(".pipeline_exec"), None, "127.0.0.1", 8000,
    )  # fmt: skip
    assert 1 <= settings.workers <= 8


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("HOME", "/srv/pipelines", "home", Path("/srv/pipelines")),
        ("DATABASE_URL", "postgresql://u:p@h/d", "database_url", SecretStr("postgresql://u:p@h/d")),
        ("PORT", "0", "port", 0),
        ("POLL_SECONDS", "2.5", "poll_seconds", 2.5),
        ("ALLOW_PRIVATE_ADDRESSES", "true", "allow_private_addresses", True),
        ("ALLOW_PRIVATE_ADDRESSES", "0", "allow_private_addresses", False),
        (
            "ALLOWED_NETWORKS", "10.0.0.0/8, fd00::/8", "allowed_networks",
            (IPv4Network("10.0.0.0/8"), IPv6Network("fd00::/8")),
        ),
        ("LOCAL_ROOTS", "/data,/srv/in", "local_roots", (Path("/data"), Path("/srv/in"))),
        ("LOCAL_ROOTS", "", "local_roots", ()),
    ],
    ids=["a folder", "a secret", "port 0", "a number", "yes", "no", "networks", "folders", "none of them"],
)  # fmt: skip
def test_a_variable_is_a_setting(variable, value, field, expected):
    assert getattr(Settings.from_environment({PREFIX + variable: value}), field) == expected


def test_other_variables_are_not_ours():
    assert Settings.from_environment({"PATH": "/bin", "PIPELINE": "x", "EXEC_PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PROT", "8000"), ("PORT", "http"), ("PORT", "65536"), ("POLL_SECONDS", "0"), ("WORKERS", "0"),
     ("ALLOWED_NETWORKS", "10.0.0.1/8"), ("MAX_RECOVERIES", "-1")],
    ids=["a typing mistake", "no number", "no port", "no pause", "no worker", "no network", "less than none"],
)  # fmt: skip
def test_a_variable_that_is_not_valid_is_named(variable, value):
    with pytest.raises(InvalidDocument) as caught:
        Settings.from_environment({PREFIX + variable: value, "PIPELINE_EXEC_HOST": "localhost"})

    assert [problem.field.split(".")[0] for problem in caught.value.problems][:1] == [PREFIX + variable]
    assert PREFIX + variable in caught.value.what
    assert caught.value.remedy == "Correct or unset it."


def test_everything_that_is_not_valid_is_named_at_once():
    with pytest.raises(InvalidDocument) as caught:
        Settings.from_environment({"PIPELINE_EXEC_PORT": "x", "PIPELINE_EXEC_COLOUR": "blue"})

    assert {problem.field for problem in caught.value.problems} == {"PIPELINE_EXEC_PORT", "PIPELINE_EXEC_COLOUR"}


def test_the_environment_of_the_process_is_read(monkeypatch):
    monkeypatch.setenv("PIPELINE_EXEC_PORT", "9000")

    assert Settings.from_environment().port == 9000


def test_secrets_print_as_stars():
    settings = Settings(
        database_url="postgresql://u:hunter2@h/d", secret_key="hunter2", broker_url="redis://:hunter2@h"
    )

    assert "hunter2" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_a_refusal_never_repeats_a_secret():
    with pytest.raises(InvalidDocument) as caught:
        Settings.from_environment({"PIPELINE_EXEC_SECRET_KY": "hunter2"})

    assert "hunter2" not in str(caught.value) + repr(caught.value.problems)


def test_settings_do_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


names = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=8)
paths = names.map(lambda name: Path("/", name))
given_settings = st.fixed_dictionaries(
    {},
    optional={
        "home": paths,
        "database_url": names.map(SecretStr),
        "secret_key": names.map(SecretStr),
        "host": names,
        "port": st.integers(0, 65535),
        "workers": st.integers(1, 64),
        "poll_seconds": st.floats(1e-3, 1e6),
        "lost_after_seconds": st.floats(1e-3, 1e6),
        "max_recoveries": st.integers(0, 9),
        "max_file_size": st.integers(1, 2**60),
        "allow_private_addresses": st.booleans(),
        "allowed_networks": st.lists(
            st.ip_addresses(v=4).map(IPv4Network) | st.ip_addresses(v=6).map(IPv6Network), max_size=3
        ).map(tuple),
        "local_roots": st.lists(paths, max_size=3).map(tuple),
    },
)


@given(chosen=given_settings)
def test_a_child_process_has_the_settings_of_its_parent(chosen):
    settings = Settings(**chosen)

    assert Settings.from_environment(settings.environment()) == settings


def test_a_child_process_is_told_only_what_was_chosen():
    assert Settings(port=9000, local_roots=[Path("/data")]).environment() == {
        "PIPELINE_EXEC_PORT": "9000", "PIPELINE_EXEC_LOCAL_ROOTS": "/data",
    }  # fmt: skip


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name):
    assert f"`{PREFIX}{name.upper()}`" in Path(__file__).parents[1].joinpath("docs/settings.md").read_text()
