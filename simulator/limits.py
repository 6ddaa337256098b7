"""The limits that the pistol enforces itself, in layers: each may only tighten the one below."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from firmware_protocol.errors import MesogunError
from firmware_protocol.messages import ArmRequest, LimitId, LimitLayer, Limits
from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond


class LimitsError(MesogunError):
    """Limits are missing, or a layer would widen the one below. Nothing was taken over."""


class Bound(NamedTuple):
    """One limit: where it lies in the message, and which way it tightens."""

    limit: LimitId
    of: Callable[[Limits], int]
    is_least: bool


BOUNDS = (
    Bound(LimitId.DOSE_NL_MIN, lambda one: one.dose_nl_min, True),
    Bound(LimitId.DOSE_NL_MAX, lambda one: one.dose_nl_max, False),
    Bound(LimitId.DEPTH_UM_MAX, lambda one: one.depth_um_max, False),
    Bound(LimitId.RATE_NL_PER_S_MAX, lambda one: one.rate_nl_per_s_max, False),
    Bound(LimitId.INTERVAL_MS_MIN, lambda one: one.interval_ms_min, True),
    Bound(LimitId.LEASE_MS_MIN, lambda one: one.lease_ms_min, True),
    Bound(LimitId.LEASE_MS_MAX, lambda one: one.lease_ms_max, False),
    Bound(LimitId.TTL_MS_MAX, lambda one: one.ttl_ms_max, False),
    Bound(LimitId.DWELL_MS_MAX, lambda one: one.dwell_ms_max, False),
    Bound(LimitId.SHOTS_MAX, lambda one: one.shots_max, False),
    Bound(LimitId.VOLUME_NL_MAX, lambda one: one.volume_nl_max, False),
)


@cache
def factory_limits() -> Limits:
    """Return what this pistol enforces whatever it is told (limits.toml).

    Raises:
        LimitsError: the file does not hold every limit.
    """
    table = tomllib.loads(files("simulator").joinpath("limits.toml").read_text("utf-8"))
    try:
        return _limits_of(LimitLayer.FACTORY, table)
    except (KeyError, TypeError) as cause:
        raise LimitsError(f"limits.toml: {cause} is missing") from cause


def _limits_of(layer: LimitLayer, table: dict[str, Any]) -> Limits:
    return Limits(
        layer=layer,
        revision=table["revision"],
        dose_nl_min=table["dose_nl_min"]["value"],
        dose_nl_max=table["dose_nl_max"]["value"],
        depth_um_max=table["depth_um_max"]["value"],
        rate_nl_per_s_max=table["rate_nl_per_s_max"]["value"],
        interval_ms_min=table["interval_ms_min"]["value"],
        lease_ms_min=table["lease_ms_min"]["value"],
        lease_ms_max=table["lease_ms_max"]["value"],
        ttl_ms_max=table["ttl_ms_max"]["value"],
        dwell_ms_max=table["dwell_ms_max"]["value"],
        shots_max=table["shots_max"]["value"],
        volume_nl_max=table["volume_nl_max"]["value"],
    )


def missing(limits: Limits) -> LimitId | None:
    """Return a limit that is not set: with it nothing may be armed. None: all are there."""
    for bound in BOUNDS:
        if not bound.of(limits) > 0:
            return bound.limit
    return None


def tightened(below: Limits, above: Limits) -> Limits:
    """Return `above` as the limits in force over `below`, if it widens none.

    Raises:
        LimitsError: `above` is wider than `below`, or leaves a limit out.
    """
    wider = first_wider(below, above)
    if wider is not None:
        limit, floor = wider
        text = f"{limit.name} does not tighten {floor}; a layer may only tighten"
        raise LimitsError(text)
    return above._replace(layer=LimitLayer.EFFECTIVE)


def first_wider(below: Limits, above: Limits) -> tuple[LimitId, int] | None:
    """Return the first limit in which `above` is wider than `below`, with the bound of `below`."""
    for bound in BOUNDS:
        floor, asked = bound.of(below), bound.of(above)
        if not (asked >= floor > 0 if bound.is_least else floor >= asked > 0):
            return bound.limit, floor
    return None


def broken_by(request: ArmRequest, limits: Limits) -> tuple[LimitId, int] | None:
    """Return the first limit that the asked arming does not keep, with its bound."""
    if (unset := missing(limits)) is not None:
        return unset, 0
    kept = (
        (LimitId.DOSE_NL_MIN, limits.dose_nl_min, request.dose_nl_max >= limits.dose_nl_min),
        (LimitId.DOSE_NL_MAX, limits.dose_nl_max, request.dose_nl_max <= limits.dose_nl_max),
        (LimitId.DEPTH_UM_MAX, limits.depth_um_max, request.depth_um_max <= limits.depth_um_max),
        (
            LimitId.RATE_NL_PER_S_MAX,
            limits.rate_nl_per_s_max,
            0 < request.rate_nl_per_s_max <= limits.rate_nl_per_s_max,
        ),
        (
            LimitId.INTERVAL_MS_MIN,
            limits.interval_ms_min,
            request.interval_ms_min >= limits.interval_ms_min,
        ),
        (LimitId.LEASE_MS_MIN, limits.lease_ms_min, request.lease_ms >= limits.lease_ms_min),
        (LimitId.LEASE_MS_MAX, limits.lease_ms_max, request.lease_ms <= limits.lease_ms_max),
        (LimitId.SHOTS_MAX, limits.shots_max, 0 < request.shots_max <= limits.shots_max),
        (
            LimitId.VOLUME_NL_MAX,
            limits.volume_nl_max,
            0 < request.volume_nl_max <= limits.volume_nl_max,
        ),
    )
    for limit, bound, is_kept in kept:
        if not is_kept:
            return limit, bound
    return None


def for_session(limits: Limits, request: ArmRequest) -> Limits:
    """Return `limits` as tightened by an arming that keeps them all."""
    return limits._replace(
        layer=LimitLayer.SESSION,
        dose_nl_max=Nanolitres(request.dose_nl_max),
        depth_um_max=Micrometres(request.depth_um_max),
        rate_nl_per_s_max=NanolitresPerSecond(request.rate_nl_per_s_max),
        interval_ms_min=Milliseconds(request.interval_ms_min),
        lease_ms_max=Milliseconds(request.lease_ms),
        shots_max=request.shots_max,
        volume_nl_max=Nanolitres(request.volume_nl_max),
    )
