"""Material: what we are given, as it is. Nothing of it is executed, built or imported."""

from heldout.material.blame import Ownership, Run, blame
from heldout.material.history import Change, Commit, History, Person
from heldout.material.limits import Limits
from heldout.material.open import Material, open_material
from heldout.material.tree import FileEntry, Kind, Tree, UnreadableError, decode

__all__ = [
    "Change",
    "Commit",
    "FileEntry",
    "History",
    "Kind",
    "Limits",
    "Material",
    "Ownership",
    "Person",
    "Run",
    "Tree",
    "UnreadableError",
    "blame",
    "decode",
    "open_material",
]
