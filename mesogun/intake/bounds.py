"""How large an input may be: technical bounds of files and numbers, none of them clinical."""

from __future__ import annotations

PRESCRIPTION_BYTES_MAX = 1 << 20
CATALOGUE_BYTES_MAX = 1 << 20
PLAN_BYTES_MAX = 64 << 20
SVG_BYTES_MAX = 5 << 20
MAP_BYTES_MAX = 4 << 20
MESH_BYTES_MAX = 64 << 20

ZONES_MAX = 100
PRODUCTS_MAX = 9
"""Besides the first one."""
HEAD_NEEDLES_MAX = 64
HEAD_STEPS_MAX = 64
"""How far a needle of a head may be from its first, along either axis of the lattice."""
SEED_MAX = 2**53 - 1
"""The largest whole number that every reader of JSON keeps."""
MAP_CELLS_MAX = 250_000
MESH_FACES_MAX = 400_000
MESH_VERTICES_MAX = 400_000
SURFACE_AT_LEAST_UM = 10_000
"""A body's surface that is smaller than a fingertip in all directions: a unit was mistaken."""
WIDTH_OFF_PERCENT = 20
"""How far a mesh's width may be from the one that was measured."""
MESH_RING_POINTS_MAX = 500
"""Points of one outline on a mesh: each takes a look at all faces."""
SKIN_MM_MAX = 100.0
"""Of a vertex's thickness: a thicker one has another unit."""
WEIGHT_MAX = 1_000_000.0
PLY_HEADER_MAX = 1 << 16
RIGHT_ANGLE = 90_000
"""In thousandths of a degree."""
SNAP_UM_MAX = 5_000
"""How far a point of an outline may lie off the surface."""
EXCLUSIONS_MAX = 200
RING_POINTS_MIN = 3
RING_POINTS_MAX = 10_000
PRICKS_MAX = 1_000_000
"""The most pricks that a plan file may hold."""
STROKES_MAX = 100_000
"""The most strokes that a plan file may hold."""
TEXT_CHARACTERS_MAX = 200
COUNT_MAX = 10_000
"""Of years and sessions: a larger one is a slip."""
SHOWN_CHARACTERS_MAX = 80
"""So much of what was found is repeated in a message."""
SHOWN_DIGITS_MAX = 40
PROBLEMS_MAX = 20
"""So many problems of one file are told at once."""

DIGITS_AFTER_POINT_MAX = 30
MAGNITUDE_MAX = 12
"""Powers of ten before the point: a longer number is refused before arithmetic touches it."""
WHOLE_MAX = 2**53
"""A larger whole number is not the same in every program that reads JSON."""
COORDINATE_UM_MAX = 2_000_000
"""Two metres: beyond it a unit was mistaken, and 32 bits of um come to an end."""
NAME_OF_FILE_CHARACTERS_MAX = 255

XML_DEPTH_MAX = 100
"""Groups inside groups of a drawing."""
SEGMENTS_MAX = 10_000
"""Lines and curves of one shape."""
IDS_SHOWN_MAX = 30
SUGGESTED_CHARACTERS_MAX = 60
"""A longer word is cut before the nearest one is looked for."""
FLATNESS_UM = 19.0
"""How far a flattened curve may be from the true one, before rounding adds 0.71 um at most: with
it a fiftieth of a millimetre, a fifteenth of the thickness of a 30 G needle. Finer outlines make a
plan slower and no prick better placed."""
SCALE_MISMATCH_MAX = 1e-5
"""How far a drawing's two scales may differ: what programs lose when they write numbers."""
