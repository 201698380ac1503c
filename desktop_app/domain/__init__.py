"""Plain values and rules of a photo library: no files, no SQL, no Qt, no torch."""
