"""Namespaces as commands."""
