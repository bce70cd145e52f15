"""The demo: its data, its pipeline, its people."""
