"""Icons, vocabularies and models that ship with Keepsight; data only."""
