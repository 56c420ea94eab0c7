"""What every test shares: reproducible property tests and an environment without surprises."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "pipeline_exec_tests.folders",
    "pipeline_exec_tests.servers.http",
    "pipeline_exec_tests.servers.postgres",
]

settings.register_profile(
    "reproducible",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("reproducible")


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch):
    """No setting of the developer's own shell reaches a test."""
    for name in list(os.environ):
        if name.startswith(("PIPELINE_EXEC_", "DAGSTER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
