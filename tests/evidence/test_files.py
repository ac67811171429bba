"""What is said of a case's files that cannot be read or written."""

import errno
import os
from pathlib import Path

import pytest

from heldout.errors import InputError
from heldout.evidence.files import locked, to_mend


def test_a_file_that_may_not_be_read_is_not_to_be_restored() -> None:
    assert to_mend(FileNotFoundError(2, "No such file")) == "restore it"
    assert "you may not read it" in to_mend(PermissionError(13, "Permission denied"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_may_not_be_written_is_told_and_is_no_fault_of_ours(tmp_path: Path, number: int) -> None:
    with pytest.raises(InputError, match=r"may not be written .*; run this as the folder's owner"), locked(tmp_path):
        raise OSError(number, os.strerror(number))


def test_a_full_disk_is_no_fault_of_what_was_given(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"), locked(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
