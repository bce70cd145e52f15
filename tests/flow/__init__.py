"""Whole paths through the hub, with every real part running."""
