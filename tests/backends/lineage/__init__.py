"""Tests of the LineageBackend port on both adapters, and of the stand-in that they are held to."""
