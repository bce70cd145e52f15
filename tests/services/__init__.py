"""The real services of a test session: each started once, on a free port, in a scratch folder, and stopped at the end."""
