import errno
import os

import pytest

from pipeline_exec.connectors.failures import DESTINATION, FILE_DESTINATION, SOURCE, os_errors
from pipeline_exec.errors import ErrorType


@pytest.mark.parametrize("family", [SOURCE, DESTINATION, FILE_DESTINATION], ids=["source", "destination", "file"])
def test_every_error_of_the_operating_system_is_told_as_ours(family):
    for code in errno.errorcode:
        with (
            pytest.raises((family.unresponsive, family.refused)) as failed,
            os_errors("The folder /data/in", family),
        ):
            raise OSError(code, os.strerror(code), "/a/path/of/ours")
        assert failed.value.what.startswith("The folder /data/in")
        assert failed.value.remedy
        assert "/a/path/of/ours" not in failed.value.message
        assert isinstance(failed.value.__cause__, OSError)


def test_an_error_without_a_number_is_told_too():
    with pytest.raises(SOURCE.refused, match="OSError"), os_errors("The folder /data/in", SOURCE):
        raise OSError("something")


@pytest.mark.parametrize(
    ("code", "transient"),
    [(errno.ESTALE, True), (errno.ETIMEDOUT, True), (errno.EACCES, False), (errno.ENOENT, False)],
    ids=["stale handle", "timed out", "permission", "missing"],
)
def test_only_what_passes_by_itself_is_transient(code, transient):
    with pytest.raises((SOURCE.unresponsive, SOURCE.refused)) as failed, os_errors("The folder", SOURCE):
        raise OSError(code, "")
    assert failed.value.transient is transient


def test_no_room_and_no_permission_at_a_destination_of_files_are_write_failures():
    for code in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
        with pytest.raises(FILE_DESTINATION.refused) as failed, os_errors("The folder", FILE_DESTINATION):
            raise OSError(code, "")
        assert failed.value.error_type is ErrorType.WRITE_FILE_FAILURE
