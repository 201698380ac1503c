"""What a person can do to photos and folders: one small function each."""
