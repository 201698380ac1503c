"""Keepsight: a local-first desktop photo organizer that understands photos with CLIP."""

__version__ = "0.1.0"
