"""Pricks on a body's surface: triangles in whole micrometres, spacing in three dimensions."""
