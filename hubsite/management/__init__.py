"""The hub as commands."""
