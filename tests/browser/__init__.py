"""Tests in a real browser: what a person sees, presses and hears of the console."""
