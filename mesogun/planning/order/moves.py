"""Shortening a closed tour over free points: exchanges of two and three hops, then kicks.

The tour is an array of stops, and each stop's place in it. Stops from `count` on are no pricks:
where the hand comes from, where it goes to, or nowhere (no distance from any prick); where they
stand, the way begins and ends. Lengths are whole numbers (um * 64, rounded), and so is every gain:
no two moves can undo each other for ever, and the same tour comes out compiled or not.

An exchange takes out the hop from a stop to the next (or, read backwards, to the one before),
and goes on from that one to one of its nearest, as long as what was taken out is longer than what
was put in. Read from there, the tour then is a stretch of X stops, a stretch of Y stops and the
rest, and X and Y are put together anew. That can be right only if one tour comes of it, which is
seen from places alone: nothing is turned over before it is known to be worth it.
"""

from __future__ import annotations

from math import sqrt

from mesogun.planning.fast import Flat, kernel, part

UNIT = 64
"""Lengths are counted in 1/64 um."""
PINNED = -(1 << 50)
"""The length of the hop that must stay."""
TURN, YR_X, Y_XR, Y_X, XR_YR = 1, 2, 3, 4, 5
"""X turned over; Y turned over, then X; Y, then X turned over; Y, then X; both turned over."""
BREADTH = 5
"""Of how many near stops the third hop is chosen."""
MASK = 0xFFFF_FFFF
LOG_A_MOVE = 6
"""A move takes up to three turns, two numbers each."""
KICK_MAX = 10
"""A kick changes the places of three neighbouring stretches of at most so many stops each."""
WIDE_KICK_MAX = 100
WIDE_EVERY = 8
"""One kick of so many is a wide one: it moves whole clumps of points."""


Tour = tuple[Flat, Flat]
"""The stops in turn, and each stop's place among them."""
Known = tuple[Flat, Flat, int]
"""The stops that each stop knows, how far they are (nearest first), and how many each knows."""
Ground = tuple[Flat, Flat, Flat, int, int]
"""x, y and z of the stops, how many stops are pricks, and the first stop that is nowhere."""


@part
def length(a: int, b: int, ground: Ground) -> int:
    """Return how far it is from stop to stop."""
    x, y, z, count, nowhere = ground
    if (a >= count or b >= count) and (a >= nowhere or b >= nowhere or (a >= count and b >= count)):
        return PINNED if a >= count and b >= count else 0
    dx, dy, dz = x[a] - x[b], y[a] - y[b], z[a] - z[b]
    return int(sqrt(dx * dx + dy * dy + dz * dz) * 64 + 0.5)


@part
def turn(ring: Tour, start: int, size: int) -> None:
    """Turn over `size` stops from the place `start` on."""
    tour, place = ring
    total = len(tour)
    low, high = start % total, (start + size - 1) % total
    for _ in range(size // 2):
        one, two = tour[low], tour[high]
        tour[low] = two
        place[two] = low
        tour[high] = one
        place[one] = high
        low += 1
        if low == total:
            low = 0
        high -= 1
        if high < 0:
            high = total - 1


@part
def note(log: Flat, start: int, size: int) -> None:
    """Remember a turn, so that it can be undone."""
    at = log[0]
    if at >= 0:
        log[at + 1] = start
        log[at + 2] = size
        log[0] = at + 2


@part
def rearrange(ring: Tour, log: Flat, kind: int, start: int, one: int, two: int) -> None:
    """Put two neighbouring stretches, of `one` and `two` stops, together anew.

    Of the three stretches the longest stays where it is: seen from it, the other two are put
    together in a way that comes to the same tour.
    """
    tour = ring[0]
    total = len(tour)
    rest = total - one - two
    if kind == TURN:
        if one > rest:
            start, one = start + one, rest
        turn(ring, start, one)
        note(log, start, one)
        return
    if one > rest and one >= two:
        kind = Y_XR if kind == YR_X else XR_YR if kind == Y_XR else YR_X if kind == XR_YR else kind
        start, one, two = start + one, two, rest
    elif two > rest:
        kind = XR_YR if kind == YR_X else YR_X if kind == Y_XR else Y_XR if kind == XR_YR else kind
        start, one, two = start + one + two, rest, one
    if kind == XR_YR:
        turn(ring, start, one)
        note(log, start, one)
        turn(ring, start + one, two)
        note(log, start + one, two)
        return
    turn(ring, start, one + two)
    note(log, start, one + two)
    if kind != YR_X:
        turn(ring, start, two)
        note(log, start, two)
    if kind != Y_XR:
        turn(ring, start + two, one)
        note(log, start + two, one)


@part
def third_onward(
    best: int,
    gain: int,
    t1: int,
    t4: int,
    origin: int,
    base: int,
    step: int,
    i: int,
    cap: int,
    ring: Tour,
    known: Known,
    ground: Ground,
) -> tuple[int, int, int, int]:
    """Choose the third hop where two alone would make a tour: (gain, kind, X, Y)."""
    tour, place = ring
    near, away, each = known
    total = len(tour)
    kind = one = two = 0
    for k in range(t4 * each, t4 * each + min(each, BREADTH)):
        opened = gain - away[k]
        if opened <= best:
            break
        t5 = near[k]
        j = (place[t5] - origin) * step
        if j < 0:
            j += total
        if j > i:
            t6 = tour[base + step * (j - 1)]
        elif j < i - 2:
            t6 = tour[base + step * (j + 1)]
        else:
            continue
        won = opened + length(t5, t6, ground) - length(t6, t1, ground)
        if won > best:
            first, second = (i, j - i) if j > i else (j + 1, i - j - 1)
            if total - max(first, second, total - first - second) <= cap:
                best, kind, one, two = won, YR_X if j > i else Y_XR, first, second
    return best, kind, one, two


@part
def third_back(
    best: int,
    gain: int,
    t1: int,
    t4: int,
    origin: int,
    base: int,
    step: int,
    i: int,
    cap: int,
    ring: Tour,
    known: Known,
    ground: Ground,
) -> tuple[int, int, int, int]:
    """Choose the third hop where two alone would leave a ring: (gain, kind, X, Y)."""
    tour, place = ring
    near, away, each = known
    total = len(tour)
    kind = one = two = 0
    for k in range(t4 * each, t4 * each + min(each, BREADTH)):
        opened = gain - away[k]
        if opened <= best:
            break
        t5 = near[k]
        j = (place[t5] - origin) * step
        if j < 0:
            j += total
        if j >= i:
            continue
        for onward in range(2):
            if onward == 0 and j == 0:
                continue
            t6 = tour[base + step * (j + 2 * onward - 1)]
            won = opened + length(t5, t6, ground) - length(t6, t1, ground)
            if won > best:
                first = j + onward
                if total - max(first, i + 1 - first, total - i - 1) <= cap:
                    best, kind, one, two = won, Y_X if onward else XR_YR, first, i + 1 - first
    return best, kind, one, two


@part
def seek(
    t1: int,
    step: int,
    cap: int,
    ring: Tour,
    known: Known,
    ground: Ground,
) -> tuple[int, int, int, int]:
    """Look for an exchange that begins with the hop from `t1` on: (gain, kind, X, Y), or 0."""
    tour, place = ring
    near, away, each = known
    total = len(tour)
    origin = (place[t1] + step) % total
    base = origin - total if step > 0 else origin
    t2 = tour[origin]
    best = kind = one = two = 0
    freed = length(t1, t2, ground)
    for k in range(t2 * each, t2 * each + each):
        opened = freed - away[k]
        if opened <= 0:
            break
        t3 = near[k]
        i = (place[t3] - origin) * step
        if i < 0:
            i += total
        if i == 1 or i == total - 1:
            continue
        t4 = tour[base + step * (i - 1)]
        gain = opened + length(t3, t4, ground)
        won = gain - length(t4, t1, ground)
        if won > best and min(i, total - i) <= cap:
            best, kind, one, two = won, TURN, i, 0
        found = third_onward(best, gain, t1, t4, origin, base, step, i, cap, ring, known, ground)
        if found[0] > best:
            best, kind, one, two = found
        t4 = tour[base + step * (i + 1)]
        gain = opened + length(t3, t4, ground)
        found = third_back(best, gain, t1, t4, origin, base, step, i, cap, ring, known, ground)
        if found[0] > best:
            best, kind, one, two = found
        if best > 0:
            break
    return best, kind, one, two


@part
def settle(
    queue: Flat,
    waiting: Flat,
    filled: int,
    log: Flat,
    cap: int,
    ring: Tour,
    known: Known,
    ground: Ground,
) -> int:
    """Shorten the tour around the stops that wait in the queue; return what was gained."""
    tour, place = ring
    total = len(tour)
    head, gained = 0, 0
    while filled:
        stop = queue[head]
        head = head + 1 if head + 1 < total else 0
        filled -= 1
        waiting[stop] = False
        step = 1
        while step >= -1 and log[0] + LOG_A_MOVE < len(log):
            won, kind, one, two = seek(stop, step, cap, ring, known, ground)
            if won <= 0:
                step -= 2
                continue
            gained += won
            start = place[stop] + step
            for offset in (-1, 0, one - 1, one, one + two - 1, one + two):
                touched = tour[(start + step * offset) % total]
                if not waiting[touched]:
                    waiting[touched] = True
                    tail = head + filled
                    queue[tail if tail < total else tail - total] = touched
                    filled += 1
            if step < 0:
                start = start - one - two + 1
                if kind != TURN:
                    kind, one, two = 5 - kind if kind <= Y_XR else kind, two, one
            rearrange(ring, log, kind, start % total, one, two)
            step = 1
    return gained


@part
def kick(
    queue: Flat,
    waiting: Flat,
    log: Flat,
    start: int,
    one: int,
    two: int,
    three: int,
    ring: Tour,
    ground: Ground,
) -> tuple[int, int]:
    """Put three neighbouring stretches in the opposite order, none of them turned over.

    No exchange of three hops takes that back. Returns what it costs and how many stops wait then.
    """
    tour = ring[0]
    total = len(tour)
    second, third = (start + one) % total, (start + one + two) % total
    behind = (start + one + two + three) % total
    a, b, c, d = tour[start - 1], tour[start], tour[second - 1], tour[second]
    e, f, g, h = tour[third - 1], tour[third], tour[behind - 1], tour[behind]
    cost = (
        length(a, f, ground)
        + length(g, d, ground)
        + length(e, b, ground)
        + length(c, h, ground)
        - length(a, b, ground)
        - length(c, d, ground)
        - length(e, f, ground)
        - length(g, h, ground)
    )
    if cost > -PINNED // 2:
        return 0, 0
    filled = 0
    for stop in (a, b, c, d, e, f, g, h):
        if not waiting[stop]:
            waiting[stop] = True
            queue[filled] = stop
            filled += 1
    for offset, size in ((0, one + two + three), (0, three), (three, two), (two + three, one)):
        turn(ring, start + offset, size)
        note(log, start + offset, size)
    return cost, filled


@kernel
def shorten_free(
    ring: Tour,
    known: Known,
    ground: Ground,
    queue: Flat,
    waiting: Flat,
    filled: int,
    log: Flat,
    kicks: int,
    chance: int,
    surplus: int,
    cap: int,
    kick_cap: int,
) -> int:
    """Shorten the tour, kick it `kicks` times and keep what is no longer; return what was gained.

    At first it is shortened around the `filled` stops of the queue, which are marked as waiting.
    `surplus`: no tour can be shorter by more than this, so that nothing is left to be done.
    """
    tour = ring[0]
    total = len(tour)
    log[0] = -1
    gained = settle(queue, waiting, filled, log, cap, ring, known, ground)
    for number in range(kicks if total > 3 else 0):
        if gained >= surplus:
            break
        most = min(KICK_MAX if number % WIDE_EVERY else WIDE_KICK_MAX, (total - 1) // 3)
        chance ^= chance << 13 & MASK
        chance ^= chance >> 17
        chance ^= chance << 5 & MASK
        log[0] = 0
        cost, filled = kick(
            queue,
            waiting,
            log,
            chance * total >> 32,
            1 + chance % 1021 % most,
            1 + chance % 4093 % most,
            1 + chance % 2039 % most,
            ring,
            ground,
        )
        if filled == 0:
            continue
        won = settle(queue, waiting, filled, log, kick_cap, ring, known, ground)
        if won >= cost:
            gained += won - cost
            continue
        for k in range(log[0] - 1, 0, -2):
            turn(ring, log[k], log[k + 1])
    return gained
