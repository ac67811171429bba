"""What has to be kept of a hiring, filled from the case; what is missing is named, with how to supply it."""

from heldout.decision.record.file import RecordFile, SubjectNotes, forget, read_notes, template
from heldout.decision.record.fill import About, Made, fill
from heldout.decision.record.result import Answer, Explanation, Line, RawScore, Record

__all__ = [
    "About",
    "Answer",
    "Explanation",
    "Line",
    "Made",
    "RawScore",
    "Record",
    "RecordFile",
    "SubjectNotes",
    "fill",
    "forget",
    "read_notes",
    "template",
]
