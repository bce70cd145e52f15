"""Ports and their adapters: one contract suite per port, run on every adapter."""
