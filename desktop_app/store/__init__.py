"""The library on disk: SQLite files, their migrations, one writer thread, read-only readers."""
