"""The window. The only layer, beside the composition root, that imports PySide6."""
