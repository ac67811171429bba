"""The checks, one small file per family, and the registry that names them all."""
