"""Past work, read: what a repository shows about the person who wrote it; nothing of it is run."""
