"""Migrations of namespaces."""
