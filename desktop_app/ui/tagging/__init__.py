"""Giving, shaping and reviewing tags in the window."""
