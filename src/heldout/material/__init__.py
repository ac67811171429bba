"""Material: what we are given, as it is. Nothing of it is executed, built or imported."""

from heldout.material.blame import Ownership, Run, blame
from heldout.material.history import Change, Commit, History, Person
from heldout.material.limits import Limits
from heldout.material.open import Expansion, Material, expand, open_material
from heldout.material.tree import FileEntry, Kind, Tree, UnreadableError, decode

__all__ = [
    "Change",
    "Commit",
    "Expansion",
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
    "expand",
    "open_material",
]
