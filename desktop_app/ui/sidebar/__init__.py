"""The left side: folders, tags and what the indexer is doing."""
