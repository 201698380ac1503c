"""The full-window viewer: one photo at a time, with zoom, pan and arrow keys."""
