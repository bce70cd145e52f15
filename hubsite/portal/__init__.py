"""The pages that people meet; each answers one question."""
