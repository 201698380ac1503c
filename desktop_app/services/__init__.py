"""What Keepsight does for a person, as plain blocking calls: no Qt, no SQL, no torch."""
