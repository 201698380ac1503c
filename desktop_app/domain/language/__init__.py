"""The query language of the search box: text to tree (`parser`), tree to text (`printer`), `completion`, `evaluation`."""
