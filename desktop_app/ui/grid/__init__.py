"""The thumbnail grid: any number of photos, of which only the visible ones cost anything."""
