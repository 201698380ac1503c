"""Ground floor: errors, paths, settings. Imports nothing else of the program."""
