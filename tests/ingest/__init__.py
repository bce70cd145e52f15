"""The door: every route with every kind of input, against a real log."""
