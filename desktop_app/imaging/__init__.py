"""Everything that touches picture files: formats, decoding, metadata, thumbnails. The only layer that imports Pillow."""
