"""Long work in steps, with progress; the one place where faults of ours are caught."""
