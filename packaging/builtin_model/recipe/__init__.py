"""The recipe of `keepsight-mini`: prepare data, distil the text tower, train the image tower, evaluate, write the model."""
