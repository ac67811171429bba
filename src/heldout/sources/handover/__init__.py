"""Delivered work, run: can it be built, run, retrained and owned without the people who made it?"""
