"""What a script does when it is run, told from its code: purpose, files, data, without running any of it."""
