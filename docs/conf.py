"""How the documentation is built; the reference pages are written from the code they describe."""

from __future__ import annotations

import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parent))

from generate import write_reference

from heldout import __version__

project = "Heldout"
copyright = "2026, the Heldout developers"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Heldout"
autodoc_typehints = "description"


def setup(app: Sphinx) -> None:
    """Write the reference before Sphinx reads its sources."""
    app.connect("builder-inited", lambda app: write_reference(Path(app.srcdir) / "reference" / "generated"))
