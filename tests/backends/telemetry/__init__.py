"""Tests of the TelemetryStore port on both adapters, and of what is built on it."""
