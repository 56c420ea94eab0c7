import pytest

pytest.register_assert_rewrite("pipeline_exec_tests.store.conformance")
