"""The decision model against simpler ways of deciding: simulated panels of known truth, and real ratings."""
