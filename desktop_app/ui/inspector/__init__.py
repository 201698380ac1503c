"""The right side: one photo large, what is known about it, and its tags."""
