"""The whole product in one process: `make run`."""
