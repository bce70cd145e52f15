"""Tests of the portal: pictures, words, pages."""
