"""The parts of the embedded hub, one by one."""
