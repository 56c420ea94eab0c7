"""Plain ``dagster dev`` with the project's two files, for people who know Dagster and nothing else."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from pipeline_exec.bootstrap import application
from pipeline_exec.model.query import Query
from pipeline_exec.settings import Settings
from pipeline_exec_tests.e2e.rest import ROWS
from pipeline_exec_tests.folders import Folders

PROJECT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_dropped_file_is_executed_under_plain_dagster_dev(tmp_path, inbox, outbox, monkeypatch):
    for name in ("workspace.yaml", "dagster.yaml"):
        shutil.copy(PROJECT / name, tmp_path / name)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    folders = Folders(application(Settings(home=tmp_path / ".pipeline_exec")), inbox, outbox)
    folders.pipeline()
    (inbox / "people.csv").write_text(ROWS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = tmp_path / "said.txt"
    with said.open("wb") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml", "-h", "127.0.0.1", "-p", str(port)],
            cwd=tmp_path,
            env={**os.environ, "DAGSTER_HOME": str(tmp_path)},
            stdout=terminal,
            stderr=terminal,
        )
    try:
        deadline = time.monotonic() + 120
        while not (ended := [e for e in folders.layer.executions.find(Query()).items if e.is_finished]):
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.3)
        assert ended[0].failure is None
        assert len(folders.written()) == 1
        jobs = httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": "{ runsOrError { ... on Runs { results { jobName status } } } }"},
            trust_env=False,
            timeout=30,
        ).json()["data"]["runsOrError"]["results"]
        assert jobs[0]["jobName"] == "orders"
    finally:
        # Where interrupts are ignored, as in a shell's background, it has to be killed, and what it started too.
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for left in psutil.wait_procs(family, timeout=10)[1]:
            left.kill()
