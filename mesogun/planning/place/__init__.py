"""Where the pricks go: lattices, outlines and exclusions in whole micrometres."""
