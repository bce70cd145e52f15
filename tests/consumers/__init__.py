"""Tests of the carriers: the loop alone, each handler, and all of it against real parts."""
