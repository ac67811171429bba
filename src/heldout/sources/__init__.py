"""Ways to look at something real; each returns Evidence, none knows another."""
