"""Material: what we are given, as it is. Nothing of it is executed, built or imported."""

from heldout.material.history import Change, Commit, History, Ownership, Person, Run
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
    "decode",
    "open_material",
]
