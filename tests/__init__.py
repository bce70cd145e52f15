"""The hub's tests: one folder per room, one file per use, real parts wherever a user would have them."""
