"""The embeddings of one model in one memory-mapped file, and exact search over them."""
