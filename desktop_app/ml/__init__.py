"""Models and vectors. The only layer that imports torch and open_clip, and only when a model is first needed."""
