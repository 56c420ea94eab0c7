"""From POST to SUCCESSFUL for a CSV of 100 rows on the idle service, and a burst; beside Dagster's stock launcher.

The stock launcher executes the same pipelines with the same ops from the same store; its runs are launched through
Dagster's own GraphQL, as its UI does, since nothing else of ours launches without warm workers. The warm figure is
given for both ways.
"""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

ONE_BY_ONE = 15
BURST = 100
STOCK_BURST = 20
ROWS = "id,name,when\n" + "".join(f"{n},name {n},2024-01-{n % 28 + 1:02d}\n" for n in range(100))
COLUMNS = [{"key": "id", "column_type": "int"}, {"key": "name"}, {"key": "when", "column_type": "date"}]
LAUNCH = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""


def measure(folder: Path) -> Iterator[str]:
    with _service(folder / "warm") as warm:
        posted = warm.one_by_one(warm.post)
        launched = warm.one_by_one(warm.launch)
        burst = warm.burst(BURST, warm.post_all)
    with _service(folder / "stock", dagster_home=_stock_instance(folder)) as stock:
        stock_launched = stock.one_by_one(stock.launch)
        stock_burst = stock.burst(STOCK_BURST, stock.launch_all)
    yield f"POST to SUCCESSFUL: median {posted:.3f} s (warm workers); launched in the UI: {launched:.3f} s"
    yield f"stock launcher, launched in the UI: median {stock_launched:.3f} s; ratio {stock_launched / launched:.1f}"
    yield (
        f"executions per minute in a burst: {burst:,.0f} (of {BURST}, warm), "
        f"{stock_burst:,.0f} (of {STOCK_BURST}, stock); ratio {burst / stock_burst:.1f}"
    )


class Bench:
    """One pipeline of a running service, and ways to execute it."""

    def __init__(self, address: str, key: str, folder: Path) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self.client = httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False)
        self.inbox, self.outbox, self.dropped = folder / "inbox", folder / "outbox", 0
        for each in (self.inbox, self.outbox):
            each.mkdir(parents=True)
        source = self._made("connector", type="INPUT", node_type="LOCAL", trigger_type="TIME_BASE",
                            configuration={"path": str(self.inbox), "stable_for_seconds": 0})  # fmt: skip
        sink = self._made("connector", type="OUTPUT", node_type="LOCAL", configuration={"path": str(self.outbox)})
        model = self._made("tdm", columns=COLUMNS)
        references = {"input_connectors": [source["id"]], "output_connectors": [sink["id"]], "tdm": model["id"]}
        self.pipeline = self._made("pipeline", configuration=references)
        time.sleep(3)  # let UI and daemon see the pipeline

    def one_by_one(self, execute: Callable[[], None]) -> float:
        """Median seconds from the request to the end, without the first two."""
        seconds = []
        for _ in range(ONE_BY_ONE):
            self._drop()
            begun = time.perf_counter()
            execute()
            self._settled(self.dropped)
            seconds.append(time.perf_counter() - begun)
        return statistics.median(seconds[2:])

    def burst(self, count: int, execute: Callable[[int], None]) -> float:
        """Executions per minute when so many are asked for at once."""
        for _ in range(count):
            self._drop()
        begun = time.perf_counter()
        execute(count)
        self._settled(self.dropped)
        return count / (time.perf_counter() - begun) * 60

    def post(self) -> None:
        answer = self.client.post("/dp/api/v1/execution/", json={"pipeline_id": self.pipeline["id"]})
        assert answer.status_code == 201, answer.text

    def post_all(self, _: int) -> None:
        self.post()

    def launch(self) -> None:
        selector = {
            "repositoryLocationName": "pipeline_exec",
            "repositoryName": "pipelines",
            "jobName": self.pipeline["name"],
        }
        variables = {"params": {"selector": selector, "runConfigData": {}}}
        answer = self.client.post("/dagster/graphql", json={"query": LAUNCH, "variables": variables}).json()
        assert answer["data"]["launchRun"]["__typename"] == "LaunchRunSuccess", answer

    def launch_all(self, count: int) -> None:
        for _ in range(count):
            self.launch()

    def _drop(self) -> None:
        self.dropped += 1
        (self.inbox / f"{self.dropped}.csv").write_text(ROWS)

    def _settled(self, count: int) -> None:
        parameters = {"filters[status][$ne]": "PROCESSING", "sort[created_at]": "desc", "pagination[limit]": "1"}
        while True:
            answer = self.client.get("/dp/api/v1/execution/", params=parameters).json()
            if answer["data"] and answer["data"][0]["status"] != "SUCCESSFUL":
                raise SystemExit(f"an execution failed: {answer['data'][0]}")
            if answer["pagination"]["total"] >= count:
                return
            time.sleep(0.005)

    def _made(self, noun: str, **document) -> dict:
        answer = self.client.post(
            f"/dp/api/v1/{noun}/", json={"name": f"bench_{document.get('type', noun)}", **document}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()["data"]


def _stock_instance(folder: Path) -> Path:
    """The service's own instance, but for the launcher: Dagster's, which starts a process for each run."""
    written = yaml.safe_load((folder / "warm" / "dagster" / "dagster.yaml").read_text())
    del written["run_launcher"]
    home = folder / "stock-instance"
    home.mkdir()
    for name in ("run_storage", "event_log_storage", "schedule_storage"):
        written[name]["config"]["base_dir"] = str(home / "storage")
    (home / "dagster.yaml").write_text(yaml.safe_dump(written))
    return home


@contextmanager
def _service(home: Path, dagster_home: Path | None = None) -> Iterator[Bench]:
    home.mkdir()
    said = home / "terminal.txt"
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        **({"DAGSTER_HOME": str(dagster_home)} if dagster_home else {}),
    }
    command = [sys.executable, "-m", "pipeline_exec.cli", "up", "--home", str(home), "--port", "0"]
    with said.open("wb") as terminal:
        process = subprocess.Popen(command, stdout=terminal, stderr=terminal, env=environment)
    try:
        while "Ctrl-C stops" not in said.read_text():
            assert process.poll() is None, said.read_text()
            time.sleep(0.1)
        address = re.search(r"REST API +(http://[^/]+)/", said.read_text())[1]
        key = re.search(r"Admin key +(\S+)", said.read_text())[1]
        # Beside the home: LOCAL connectors reach nothing in it.
        yield Bench(address, key, home.with_name(f"{home.name}-folders"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        shutil.rmtree(home / "staging", ignore_errors=True)
