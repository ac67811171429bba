"""Dossiers and decisions for people and machines."""
