"""Tests of what a clock asks for."""
