"""One file of examples per family of checks."""
