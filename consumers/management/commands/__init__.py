"""The carriers as commands."""
