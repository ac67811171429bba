"""What is said of a case's files that cannot be read."""

from heldout.evidence.files import to_mend


def test_a_file_that_may_not_be_read_is_not_to_be_restored() -> None:
    assert to_mend(FileNotFoundError(2, "No such file")) == "restore it"
    assert "you may not read it" in to_mend(PermissionError(13, "Permission denied"))
