"""In which order they are given: the shortest way that can be proved."""
