"""Pricks on a body's surface against what libraries strew: how many fit, and is the spacing kept?

Goals (G10): no two pricks nearer than the spacing, at least 0.70 of the triangular packing's
2 A / (sqrt(3) d^2), no place farther than 1.05 spacings from a prick, and at least 1.22 times the
pricks of any library that strews points at a distance.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from mesogun.planning import Surface, fast
from mesogun.planning.surface.ground import strewn
from mesogun.planning.surface.mesh import Mesh, mesh_of
from mesogun.planning.surface.pack import Site

RADIUS_UM = 100_000
SPACINGS_UM = (10_000, 5_000)
GROWTH_UM = (20_000, 10_000, 5_000, 2_500)
SAMPLES = 100_000
NO_OTHERS = np.zeros((0, 4), dtype=np.int64)


class Filling(NamedTuple):
    """What a method made of a surface."""

    name: str
    points: Any
    seconds: float


def lumpy(halvings: int) -> Surface:
    """A closed body with hills and dents, about as large as a torso: 8 * 4^halvings faces."""
    corners = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)]
    vertices = np.array(corners, dtype=np.float64)
    faces = np.array(
        [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    )
    for _ in range(halvings):
        edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
        found, which = np.unique(edges, axis=0, return_inverse=True)
        middle = vertices[found].sum(axis=1)
        middle /= np.linalg.norm(middle, axis=1)[:, None]
        ab, bc, ca = (which.reshape(-1, 3) + len(vertices)).T
        a, b, c = faces.T
        vertices = np.concatenate((vertices, middle))
        parts = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        faces = np.concatenate([np.stack(one, axis=1) for one in parts])
    x, y, z = vertices.T
    r = RADIUS_UM * (1 + 0.3 * np.sin(4 * x) * np.cos(3 * y + 1) * np.sin(2 * z + 0.5))
    places = np.rint(vertices * r[:, None]).astype(int).tolist()
    own = tuple((p, q, s) for p, q, s in places)
    return Surface("lump", own, tuple((p, q, s) for p, q, s in faces.tolist()), (), (), "made")


def timed(name: str, job: Callable[[], Any]) -> Filling:
    began = time.perf_counter()
    points = job()
    return Filling(name, points, time.perf_counter() - began)


def ours(mesh: Mesh, spacing_um: int, mode: fast.Mode) -> Any:
    """Everything from the arrays on, as for a zone that is the whole surface."""
    fast.use(mode)
    site = Site(mesh, np.arange(len(mesh.faces)), 2_000, NO_OTHERS, (1, 0), spacing_um)
    found = site.at(spacing_um).place
    fast.use("auto")
    return found


def libraries(mesh: Mesh, spacing_um: int, bound: int) -> list[Filling]:
    """Return what the installed libraries make of it; those that are not there are named."""
    vertices, faces = mesh.vertices.astype(np.float64), mesh.faces
    found = []
    if find_spec("trimesh"):
        import trimesh

        body = trimesh.Trimesh(vertices, faces, process=False)
        even = trimesh.sample.sample_surface_even
        # asked for few it keeps the distance; asked for more it finds fewer
        found.append(timed("trimesh even", lambda: even(body, bound, radius=spacing_um, seed=1)[0]))
    if find_spec("open3d"):
        import open3d

        body = open3d.geometry.TriangleMesh(
            open3d.utility.Vector3dVector(vertices), open3d.utility.Vector3iVector(faces)
        )
        count = bound * 7 // 10
        found.append(
            timed(
                "open3d poisson disk, 0.7 of the bound",
                lambda: np.asarray(body.sample_points_poisson_disk(count).points),
            )
        )
    if find_spec("pymeshlab"):
        import pymeshlab

        body = pymeshlab.MeshSet()
        body.add_mesh(pymeshlab.Mesh(vertices, faces))
        radius = pymeshlab.PureValue(float(spacing_um))

        def poisson() -> Any:
            body.generate_sampling_poisson_disk(radius=radius)
            return body.current_mesh().vertex_matrix()

        found.append(timed("pymeshlab poisson disk", poisson))
    missing = [one for one in ("trimesh", "open3d", "pymeshlab") if not find_spec(one)]
    if missing:
        print(f"  not installed, left out: {', '.join(missing)}")
    return found


def tell(one: Filling, spacing_um: int, bound: int, places: Any, own: Filling) -> None:
    points = np.asarray(one.points)
    tree = cKDTree(points)
    near = tree.query_pairs(spacing_um * 1.001, output_type="ndarray")
    away = points[near[:, 0]] - points[near[:, 1]]
    # ours are whole um: the sum of squares is exact
    broken = int(((away * away).sum(axis=1) < spacing_um * spacing_um).sum())
    cover = float(tree.query(places)[0].max()) / spacing_um
    print(
        f"  {one.name}: {len(points)} pricks, {len(points) / bound:.3f} of the bound, "
        f"{broken} pairs too near, cover {cover:.2f} spacings, "
        f"{one.seconds * 1e3:.0f} ms ({one.seconds / own.seconds:.2f} of compiled)"
    )


def main() -> None:
    """Print a table for each spacing, then how the time grows with the pricks."""
    mesh = mesh_of(lumpy(6))
    faces = np.arange(len(mesh.faces))
    area_um2 = int(mesh.area2_um2.sum()) / 2
    places = strewn(mesh, faces, SAMPLES, 99, 0).exact
    print(f"a lump of {len(faces)} faces, {area_um2 / 1e8:.0f} cm2")
    compiled = find_spec("numba") is not None
    quick: fast.Mode = "always" if compiled else "never"
    ours(mesh, 30_000, quick)  # loads what was compiled
    for spacing in SPACINGS_UM:
        bound = round(2 * area_um2 / (math.sqrt(3) * spacing * spacing))
        print(f"spacing {spacing / 1e3:g} mm, bound {bound}:")
        own = timed(
            "mesogun, compiled" if compiled else "mesogun", lambda d=spacing: ours(mesh, d, quick)
        )
        tell(own, spacing, bound, places, own)
        if compiled:
            plain = timed("mesogun, plain Python", lambda d=spacing: ours(mesh, d, "never"))
            assert (plain.points == own.points).all()
            tell(plain, spacing, bound, places, own)
        others = libraries(mesh, spacing, bound)
        for one in others:
            tell(one, spacing, bound, places, own)
    growth(mesh, quick)


def growth(mesh: Mesh, quick: fast.Mode) -> None:
    """Print the exponent of time over the count of pricks."""
    rows = []
    for spacing in GROWTH_UM:
        took = timed("", lambda d=spacing: ours(mesh, d, quick))
        rows.append((len(took.points), took.seconds))
    counts, seconds = np.log(np.array(rows)).T
    exponent = np.polyfit(counts, seconds, 1)[0]
    told = ", ".join(f"{count} in {1e3 * took:.0f} ms" for count, took in rows)
    print(f"growth: {told}; exponent {exponent:.2f}")


if __name__ == "__main__":
    main()
