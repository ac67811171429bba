"""Weekly sales forecast."""
