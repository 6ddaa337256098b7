/* The limits that the pistol enforces itself, in layers: each may only tighten the one below. */
#include "mg_core.h"

typedef struct {
    uint8_t limit;
    uint8_t is_least;
    uint32_t value;
} bound;

#define BOUNDS 11u

/* Every limit in the order in which it is looked at, with the way in which it tightens. */
static void bounds_of(const mgp_limits *limits, bound *to) {
    const bound all[BOUNDS] = {
        {MGP_LIMIT_ID_DOSE_NL_MIN, 1, limits->dose_nl_min},
        {MGP_LIMIT_ID_DOSE_NL_MAX, 0, limits->dose_nl_max},
        {MGP_LIMIT_ID_DEPTH_UM_MAX, 0, limits->depth_um_max},
        {MGP_LIMIT_ID_RATE_NL_PER_S_MAX, 0, limits->rate_nl_per_s_max},
        {MGP_LIMIT_ID_INTERVAL_MS_MIN, 1, limits->interval_ms_min},
        {MGP_LIMIT_ID_LEASE_MS_MIN, 1, limits->lease_ms_min},
        {MGP_LIMIT_ID_LEASE_MS_MAX, 0, limits->lease_ms_max},
        {MGP_LIMIT_ID_TTL_MS_MAX, 0, limits->ttl_ms_max},
        {MGP_LIMIT_ID_DWELL_MS_MAX, 0, limits->dwell_ms_max},
        {MGP_LIMIT_ID_SHOTS_MAX, 0, limits->shots_max},
        {MGP_LIMIT_ID_VOLUME_NL_MAX, 0, limits->volume_nl_max},
    };
    for (uint32_t one = 0; one < BOUNDS; one++) {
        to[one] = all[one];
    }
}

uint8_t mg_limits_missing(const mgp_limits *limits) {
    bound all[BOUNDS];
    bounds_of(limits, all);
    for (uint32_t one = 0; one < BOUNDS; one++) {
        if (!(all[one].value > 0)) {
            return all[one].limit;
        }
    }
    return MGP_LIMIT_ID_NONE;
}

uint8_t mg_limits_widened(const mgp_limits *below, const mgp_limits *above) {
    bound floors[BOUNDS], asked[BOUNDS];
    bounds_of(below, floors);
    bounds_of(above, asked);
    for (uint32_t one = 0; one < BOUNDS; one++) {
        const uint32_t floor = floors[one].value, value = asked[one].value;
        const int tightens =
            floors[one].is_least ? value >= floor && floor > 0 : floor >= value && value > 0;
        if (!tightens) {
            return floors[one].limit;
        }
    }
    return MGP_LIMIT_ID_NONE;
}

uint32_t mg_limits_value(const mgp_limits *limits, uint8_t limit) {
    bound all[BOUNDS];
    uint32_t value = 0;
    bounds_of(limits, all);
    for (uint32_t one = 0; one < BOUNDS; one++) {
        if (all[one].limit == limit) {
            value = all[one].value;
        }
    }
    return value;
}

mg_refused mg_limits_broken_by(const mgp_arm_request *request, const mgp_limits *limits) {
    mg_refused why = {MGP_REFUSAL_LIMIT, mg_limits_missing(limits), 0};
    if (why.limit != MGP_LIMIT_ID_NONE) {
        return why;
    }
    if (!(request->dose_nl_max >= limits->dose_nl_min)) {
        why.limit = MGP_LIMIT_ID_DOSE_NL_MIN;
        why.bound = limits->dose_nl_min;
    } else if (!(request->dose_nl_max <= limits->dose_nl_max)) {
        why.limit = MGP_LIMIT_ID_DOSE_NL_MAX;
        why.bound = limits->dose_nl_max;
    } else if (!(request->depth_um_max <= limits->depth_um_max)) {
        why.limit = MGP_LIMIT_ID_DEPTH_UM_MAX;
        why.bound = limits->depth_um_max;
    } else if (!(request->rate_nl_per_s_max > 0 &&
                 request->rate_nl_per_s_max <= limits->rate_nl_per_s_max)) {
        why.limit = MGP_LIMIT_ID_RATE_NL_PER_S_MAX;
        why.bound = limits->rate_nl_per_s_max;
    } else if (!(request->interval_ms_min >= limits->interval_ms_min)) {
        why.limit = MGP_LIMIT_ID_INTERVAL_MS_MIN;
        why.bound = limits->interval_ms_min;
    } else if (!(request->lease_ms >= limits->lease_ms_min)) {
        why.limit = MGP_LIMIT_ID_LEASE_MS_MIN;
        why.bound = limits->lease_ms_min;
    } else if (!(request->lease_ms <= limits->lease_ms_max)) {
        why.limit = MGP_LIMIT_ID_LEASE_MS_MAX;
        why.bound = limits->lease_ms_max;
    } else if (!(request->shots_max > 0 && request->shots_max <= limits->shots_max)) {
        why.limit = MGP_LIMIT_ID_SHOTS_MAX;
        why.bound = limits->shots_max;
    } else if (!(request->volume_nl_max > 0 && request->volume_nl_max <= limits->volume_nl_max)) {
        why.limit = MGP_LIMIT_ID_VOLUME_NL_MAX;
        why.bound = limits->volume_nl_max;
    } else {
        why.reason = MGP_REFUSAL_NONE;
    }
    return why;
}

void mg_limits_for_session(const mgp_limits *limits, const mgp_arm_request *request,
                           mgp_limits *to) {
    *to = *limits;
    to->layer = MGP_LIMIT_LAYER_SESSION;
    to->dose_nl_max = request->dose_nl_max;
    to->depth_um_max = request->depth_um_max;
    to->rate_nl_per_s_max = request->rate_nl_per_s_max;
    to->interval_ms_min = request->interval_ms_min;
    to->lease_ms_max = request->lease_ms;
    to->shots_max = request->shots_max;
    to->volume_nl_max = request->volume_nl_max;
}

void mg_limits_of_stage(const mgp_limits_stage *staged, uint32_t revision, mgp_limits *to) {
    to->layer = MGP_LIMIT_LAYER_CLINIC;
    to->revision = revision;
    to->dose_nl_min = staged->dose_nl_min;
    to->dose_nl_max = staged->dose_nl_max;
    to->depth_um_max = staged->depth_um_max;
    to->rate_nl_per_s_max = staged->rate_nl_per_s_max;
    to->interval_ms_min = staged->interval_ms_min;
    to->lease_ms_min = staged->lease_ms_min;
    to->lease_ms_max = staged->lease_ms_max;
    to->ttl_ms_max = staged->ttl_ms_max;
    to->dwell_ms_max = staged->dwell_ms_max;
    to->shots_max = staged->shots_max;
    to->volume_nl_max = staged->volume_nl_max;
}

void mg_stage_of_limits(const mgp_limits *limits, mgp_limits_stage *to) {
    to->dose_nl_min = limits->dose_nl_min;
    to->dose_nl_max = limits->dose_nl_max;
    to->depth_um_max = limits->depth_um_max;
    to->rate_nl_per_s_max = limits->rate_nl_per_s_max;
    to->interval_ms_min = limits->interval_ms_min;
    to->lease_ms_min = limits->lease_ms_min;
    to->lease_ms_max = limits->lease_ms_max;
    to->ttl_ms_max = limits->ttl_ms_max;
    to->dwell_ms_max = limits->dwell_ms_max;
    to->shots_max = limits->shots_max;
    to->volume_nl_max = limits->volume_nl_max;
}

static uint16_t not16(uint16_t value) { return (uint16_t)(value ^ 0xFFFFu); }

void mg_limits_invert(const mgp_limits *limits, mgp_limits *to) {
    to->layer = (uint8_t)(limits->layer ^ 0xFFu);
    to->revision = ~limits->revision;
    to->dose_nl_min = ~limits->dose_nl_min;
    to->dose_nl_max = ~limits->dose_nl_max;
    to->depth_um_max = ~limits->depth_um_max;
    to->rate_nl_per_s_max = ~limits->rate_nl_per_s_max;
    to->interval_ms_min = not16(limits->interval_ms_min);
    to->lease_ms_min = not16(limits->lease_ms_min);
    to->lease_ms_max = not16(limits->lease_ms_max);
    to->ttl_ms_max = not16(limits->ttl_ms_max);
    to->dwell_ms_max = not16(limits->dwell_ms_max);
    to->shots_max = ~limits->shots_max;
    to->volume_nl_max = ~limits->volume_nl_max;
}

int mg_limits_are_whole(const mgp_limits *limits, const mgp_limits *inverse) {
    mgp_limits wanted;
    mg_limits_invert(limits, &wanted);
    return wanted.revision == inverse->revision && wanted.dose_nl_min == inverse->dose_nl_min &&
           wanted.dose_nl_max == inverse->dose_nl_max &&
           wanted.depth_um_max == inverse->depth_um_max &&
           wanted.rate_nl_per_s_max == inverse->rate_nl_per_s_max &&
           wanted.interval_ms_min == inverse->interval_ms_min &&
           wanted.lease_ms_min == inverse->lease_ms_min &&
           wanted.lease_ms_max == inverse->lease_ms_max &&
           wanted.ttl_ms_max == inverse->ttl_ms_max &&
           wanted.dwell_ms_max == inverse->dwell_ms_max &&
           wanted.shots_max == inverse->shots_max &&
           wanted.volume_nl_max == inverse->volume_nl_max;
}
