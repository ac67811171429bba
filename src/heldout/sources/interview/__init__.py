"""Interviews: people asked well, the same questions for everybody, each answer rated on written anchors."""
