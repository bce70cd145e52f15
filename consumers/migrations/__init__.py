"""Migrations of the carriers."""
