"""What all evidence together says: levels with uncertainty, who is likely best, what to ask next, what to keep."""
