"""One handler per destination; handlers do not know each other."""
