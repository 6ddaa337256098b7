"""All seeded defects, and which second layer has to be off for each to do any harm."""

from __future__ import annotations

from tests.simulation.defects import body, host, keyed, pistol
from tests.simulation.defects.substitute import Defect, Instead

DEFECTS: tuple[Defect, ...] = (
    # the pistol
    Defect("dedup skipped", "a known id is fired again", pistol.DEDUP.off, (pistol.CACHE,)),
    Defect(
        "reply cache off", "a repeated request is done again", pistol.CACHE.off, (pistol.DEDUP,)
    ),
    Defect("intent after firing", "the pistol moves first", pistol.INTENT_AFTER),
    Defect("outcome not written", "the pistol keeps no end of a shot", pistol.NO_OUTCOME),
    Defect("VOID fence missing", "Resolve of an unknown id stores nothing", pistol.NO_FENCE),
    Defect(
        "stale token accepted",
        "any token fires",
        pistol.TOKEN.off,
        (pistol.FENCE, pistol.SESSION, pistol.ORDER, host.DOUBTS),
    ),
    Defect(
        "session unchecked",
        "frames of another session are obeyed",
        pistol.SESSION.off,
        (pistol.TOKEN, pistol.FENCE, pistol.ORDER, host.DOUBTS),
    ),
    Defect("lease ignored", "armed until somebody disarms", pistol.ENDLESS_LEASE),
    Defect(
        "old ticks renew the lease", "a late poll keeps it armed", pistol.ANY_TICK, (pistol.CACHE,)
    ),
    Defect(
        "limit off by one",
        "one shot more than was confirmed",
        pistol.ONE_MORE,
        (host.PAUSES, host.DOUBTS),
    ),
    Defect(
        "budget forgets shots",
        "a shot in flight is not counted",
        pistol.NOT_CHARGED,
        (host.PAUSES, host.DOUBTS),
    ),
    Defect("abort leaves the token", "armed goes on after an abort", pistol.TOKEN_LIVES),
    Defect("abort lets the shot end", "the plunger is not stopped", pistol.MOVES_ON),
    Defect("stopped is said too early", "before the actuator is at rest", pistol.SAYS_STOPPED),
    Defect(
        "abort cleared unread",
        "ClearAbort without the journal read",
        pistol.CLEARS_UNREAD,
        (host.READS_FIRST,),
    ),
    Defect("a further stop is the first", "a late ClearAbort clears it", pistol.SAME_ABORT),
    Defect("torn write accepted", "a record without its CRC", pistol.TORN_ACCEPTED),
    Defect("journal skips a record", "JournalRead leaves some out", pistol.SKIPS_RECORDS),
    Defect("contact unchecked", "no skin, no matter", pistol.CONTACT.off, (pistol.HAND,)),
    Defect("trigger unchecked", "a shot waits for nobody", pistol.HAND.off, (pistol.CONTACT,)),
    Defect("crit unchecked", "numbers are believed", pistol.without_check("_crit"), (host.CODEC,)),
    Defect("token counted on", "the same seed, another run", pistol.COUNTED_TOKENS, thorough=True),
    Defect("calibration never spent", "it is good for any number of shots", pistol.SHOTS_UNCOUNTED),
    # the body
    Defect("depth not verified", "the plunger moves wherever the needle is", body.DEPTH_UNVERIFIED),
    Defect(
        "needle left in is forgotten",
        "the next shot may come",
        body.NEEDLE_FORGOTTEN,
        (body.AT_REST,),
    ),
    Defect("contact lost unnoticed", "the plunger goes on in the air", body.AIR_UNFELT),
    Defect("end of the syringe is a dose", "what it lacked was given", body.EMPTY_IS_GIVEN),
    # the key
    Defect("seal counter unchecked", "what was obeyed is obeyed again", keyed.UNCOUNTED),
    Defect("seal tag unchecked", "any tag will do", keyed.UNTAGGED),
    Defect("no seal will do", "what has none is obeyed", keyed.BARE_OBEYED),
    Defect(
        "nonce not fresh",
        "the pistol's part of every session's key is the same",
        keyed.STALE_NONCE,
        (keyed.SESSION_NUMBER,),
    ),
    # the line
    Defect("CRC off", "any bytes of the right length", host.NO_CRC),
    Defect("CRC-16", "without final XOR", host.CRC16, (host.LENGTH,)),
    Defect("any answer", "a reply of another request is taken", host.ANY_ANSWER),
    # the host
    Defect("intent after sending", "the journal comes second", host.WRITES_AFTER),
    Defect("no sync", "written, and not durable", host.NO_SYNC),
    Defect("failed sync ignored", "and the session goes on", host.SYNC_IGNORED),
    Defect("full disk ignored", "half a line, and on", host.FULL_IGNORED),
    Defect("uid unchecked", "any pistol goes on with a session", host.ANY_PISTOL),
    Defect("boot unchecked", "times of another start", host.ANY_BOOT, (host.NOT_BEFORE,)),
    Defect("ids not claimed", "two sessions may use the same", host.NOT_CLAIMED),
    Defect(
        "retry under a new id",
        "what is open was not given",
        host.NOTHING_OPEN,
        (host.GUARD, host.STRANGERS),
    ),
    Defect("resume trusts its own record", "what was asked was given", host.OPEN_IS_GIVEN),
    Defect("doubt is no", "INDETERMINATE counts as not given", host.DOUBT_IS_NO, (host.GUARD,)),
    Defect("partial is no", "a stopped shot is given again", host.PARTIAL_IS_NO),
    Defect("end not written down", "the host keeps no outcome", host.UNTOLD),
    Defect("abort queued behind data", "40 requests come first", host.ABORT_WAITS),
    Defect("abort never cleared", "stopped once, stopped for ever", host.KEEPS_ABORT),
    Defect("date decides", "the lease depends on the wall's clock", host.BY_DATE, thorough=True),
    Defect("hash of half a line", "the chain does not hold it", host.SHORT_HASH, thorough=True),
    Defect(
        "echo believed", "what is enforced is not compared", host.ECHO_BELIEVED, (pistol.ECHO_LIES,)
    ),
)


def parts(defect: Defect) -> tuple[Instead, ...]:
    """Return the mistake with its masking layers off."""
    return defect.put + tuple(one for layer in defect.without for one in layer.off)


def layers(defect: Defect) -> str:
    """Return the names of the layers that are off."""
    return ", ".join(layer.name for layer in defect.without)
