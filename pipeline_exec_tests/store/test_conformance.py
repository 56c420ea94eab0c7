"""SQLite and PostgreSQL keep every promise of a store; each test runs over both."""

from pipeline_exec_tests.store.conformance.arrivals import ArrivalsConformance
from pipeline_exec_tests.store.conformance.executions import ExecutionsConformance
from pipeline_exec_tests.store.conformance.named_documents import ConnectorsConformance, TargetModelsConformance
from pipeline_exec_tests.store.conformance.pipelines import PipelinesConformance
from pipeline_exec_tests.store.conformance.principals import PrincipalsConformance
from pipeline_exec_tests.store.conformance.queries import QueriesConformance
from pipeline_exec_tests.store.conformance.transactions import TransactionConformance
from pipeline_exec_tests.store.conformance.wrappers import WrappersConformance


class TestTransactions(TransactionConformance): ...


class TestPrincipals(PrincipalsConformance): ...


class TestConnectors(ConnectorsConformance): ...


class TestTargetModels(TargetModelsConformance): ...


class TestPipelines(PipelinesConformance): ...


class TestExecutions(ExecutionsConformance): ...


class TestArrivals(ArrivalsConformance): ...


class TestWrappers(WrappersConformance): ...


class TestQueries(QueriesConformance): ...
