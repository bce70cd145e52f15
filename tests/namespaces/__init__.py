"""Tests of the namespaces room: who, may what, how much, did what."""
