/* The journal in non-volatile memory: what the pistol meant to do, and what it did.
 *
 * Records lie in a ring, each with its own CRC-32C and that of the one before. Two copies of a
 * header keep what must outlive overwritten records: the highest shot id above all. The copies are
 * written in turn, so a write torn by a power cut loses itself and nothing older.
 * No record is held in RAM: what is asked is read, with its CRC, and what does not read is damage.
 */
#include "mg_core.h"

#define RECORD_BYTES MGP_LEN_JOURNAL_RECORD
#define HEADER_USED 52u /* magic to counted */
#define CRC_BYTES 4u
#define GROUND (MG_HEADER_COPIES * MG_HEADER_BYTES)

static const uint8_t MAGIC[8] = {'M', 'G', 'P', 'T', 'W', 'I', 'N', '1'};

static int is_intent(uint8_t kind) {
    return kind == MGP_JOURNAL_KIND_INTENT || kind == MGP_JOURNAL_KIND_SERVICE_INTENT ||
           kind == MGP_JOURNAL_KIND_PRIME_INTENT;
}

static int is_about_shots(uint8_t kind) {
    return is_intent(kind) || kind == MGP_JOURNAL_KIND_OUTCOME ||
           kind == MGP_JOURNAL_KIND_VOID || kind == MGP_JOURNAL_KIND_SERVICE_OUTCOME ||
           kind == MGP_JOURNAL_KIND_PRIME_OUTCOME;
}

static int same(const uint8_t *one, const uint8_t *other, uint32_t size) {
    uint8_t differ = 0;
    for (uint32_t at = 0; at < size; at++) {
        differ = (uint8_t)(differ | (one[at] ^ other[at]));
    }
    return differ == 0;
}

/* ---- writing, and reading back what was written */

static int write_checked(mg_journal *journal, uint32_t address, const uint8_t *data,
                         uint32_t size) {
    uint8_t back[MG_SLOT_BYTES];
    const int result = mg_hw_write(journal->hw, address, data, size);
    if (result == MG_POWER_LOST) {
        return result;
    }
    if (result != MG_OK || mg_hw_read(journal->hw, address, back, size) != MG_OK ||
        !same(back, data, size)) {
        journal->damage = 1;
        return MG_DAMAGED;
    }
    return MG_OK;
}

static int keep_header(mg_journal *journal) {
    mg_journal_header *header = &journal->header;
    uint8_t data[HEADER_USED + CRC_BYTES];
    header->counter++;
    header->counted = journal->head;
    for (uint32_t at = 0; at < sizeof MAGIC; at++) {
        data[at] = MAGIC[at];
    }
    mgp_put_u32(data + 8, header->counter);
    mgp_put_u64(data + 12, header->uid);
    mgp_put_u32(data + 20, header->boot_count);
    mgp_put_u32(data + 24, header->shot_id_highest);
    mgp_put_u32(data + 28, header->tail);
    mgp_put_u32(data + 32, header->oldest);
    mgp_put_u32(data + 36, header->shot_id_forgotten);
    mgp_put_u32(data + 40, header->abort_id);
    mgp_put_u32(data + 44, header->shots_begun);
    mgp_put_u32(data + 48, header->counted);
    mgp_put_u32(data + HEADER_USED, mg_crc32c(data, HEADER_USED));
    /* the first goes to copy 0: what is there but that, torn, marks a memory as unused */
    const uint32_t copy = (header->counter - 1u) % MG_HEADER_COPIES;
    return write_checked(journal, copy * MG_HEADER_BYTES, data, sizeof data);
}

/* ---- reading */

static int read_header(void *hw, uint32_t copy, mg_journal_header *header) {
    uint8_t data[HEADER_USED + CRC_BYTES];
    if (mg_hw_read(hw, copy * MG_HEADER_BYTES, data, sizeof data) != MG_OK ||
        !same(data, MAGIC, sizeof MAGIC) ||
        mg_crc32c(data, HEADER_USED) != mgp_get_u32(data + HEADER_USED)) {
        return 0;
    }
    header->counter = mgp_get_u32(data + 8);
    header->uid = mgp_get_u64(data + 12);
    header->boot_count = mgp_get_u32(data + 20);
    header->shot_id_highest = mgp_get_u32(data + 24);
    header->tail = mgp_get_u32(data + 28);
    header->oldest = mgp_get_u32(data + 32);
    header->shot_id_forgotten = mgp_get_u32(data + 36);
    header->abort_id = mgp_get_u32(data + 40);
    header->shots_begun = mgp_get_u32(data + 44);
    header->counted = mgp_get_u32(data + 48);
    return 1;
}

static uint32_t slot_of(const mg_journal *journal, uint32_t seq) {
    return GROUND + (seq - 1u) % journal->capacity * MG_SLOT_BYTES;
}

/* 1: a whole record lies there. */
static int read_slot(const mg_journal *journal, uint32_t address, mgp_journal_record *record,
                     uint32_t *crc) {
    uint8_t data[MG_SLOT_BYTES];
    if (mg_hw_read(journal->hw, address, data, sizeof data) != MG_OK) {
        return 0;
    }
    *crc = mg_crc32c(data, RECORD_BYTES);
    return *crc == mgp_get_u32(data + RECORD_BYTES) &&
           mgp_journal_record_read(data, RECORD_BYTES, record) == MGP_READ;
}

int mg_journal_at(const mg_journal *journal, uint32_t seq, mgp_journal_record *record) {
    uint32_t crc;
    return read_slot(journal, slot_of(journal, seq), record, &crc) && record->seq == seq;
}

/* 1: nothing but a torn first header was ever written. */
static int is_unused(const mg_journal *journal) {
    uint8_t data[MG_HEADER_BYTES];
    if (mg_hw_read(journal->hw, 0, data, sizeof data) != MG_OK) {
        return 0;
    }
    uint32_t used = 0;
    for (uint32_t at = 0; at < sizeof data; at++) {
        if (data[at] != 0) {
            used = at + 1u;
        }
    }
    /* what is written of the magic is the magic's */
    if (!same(data, MAGIC, used < sizeof MAGIC ? used : (uint32_t)sizeof MAGIC)) {
        return 0;
    }
    const uint32_t end = MG_MEMORY_BYTES(journal->capacity);
    uint8_t found = 0;
    for (uint32_t at = MG_HEADER_BYTES; at + 8u <= end; at += 8u) {
        if (mg_hw_read(journal->hw, at, data, 8) != MG_OK) {
            return 0;
        }
        for (uint32_t one = 0; one < 8u; one++) {
            found = (uint8_t)(found | data[one]);
        }
    }
    return found == 0;
}

static void take(mg_journal *journal, const mgp_journal_record *record, uint32_t crc) {
    journal->head = record->seq;
    journal->crc_last = crc;
    if (is_intent(record->kind) && record->seq > journal->header.counted &&
        journal->header.shots_begun < UINT32_MAX) {
        journal->header.shots_begun++;
    }
    if (is_about_shots(record->kind)) {
        mg_journal_saw(journal, record->shot_id);
    }
}

/* Read the kept records, from the oldest to the last that is whole: one torn was never finished. */
static void walk(mg_journal *journal) {
    mgp_journal_record record;
    uint32_t crc;
    journal->head = journal->header.oldest - 1u;
    for (uint32_t count = 0; count < journal->capacity; count++) {
        const uint32_t slot = GROUND + journal->head % journal->capacity * MG_SLOT_BYTES;
        if (!read_slot(journal, slot, &record, &crc) || record.seq != journal->head + 1u) {
            break;
        }
        const int is_first = journal->head < journal->header.oldest;
        if (record.crc_previous != journal->crc_last &&
            (!is_first || journal->header.oldest == 1u)) {
            journal->damage = 1; /* the chain breaks */
            return;
        }
        take(journal, &record, crc);
    }
    if (journal->head < journal->header.tail) {
        journal->damage = 1; /* acknowledged records are gone */
    }
    for (uint32_t slot = 0; slot < journal->capacity; slot++) {
        if (read_slot(journal, GROUND + slot * MG_SLOT_BYTES, &record, &crc) &&
            record.seq > journal->head) {
            journal->damage = 1; /* one is gone, a later one is there */
        }
    }
}

int mg_journal_open(mg_journal *journal, void *hw, uint32_t records, uint64_t uid) {
    mg_journal_header copies[MG_HEADER_COPIES];
    journal->hw = hw;
    journal->capacity = records;
    journal->head = 0;
    journal->crc_last = 0;
    journal->damage = 0;
    if (records < MG_RECORDS_MIN || records > MG_RECORDS_MAX) {
        journal->capacity = MG_RECORDS_MIN;
        journal->damage = 1;
    }
    const int first = read_header(hw, 0, &copies[0]), second = read_header(hw, 1, &copies[1]);
    if (first || second) {
        const int newer = second && (!first || copies[1].counter > copies[0].counter);
        journal->header = copies[newer];
        walk(journal);
        return MG_OK;
    }
    journal->header.counter = 0;
    journal->header.uid = uid;
    journal->header.boot_count = 0;
    journal->header.shot_id_highest = 0;
    journal->header.tail = 0;
    journal->header.oldest = 1;
    journal->header.shot_id_forgotten = 0;
    journal->header.abort_id = 0;
    journal->header.shots_begun = 0;
    journal->header.counted = 0;
    if (journal->damage || !is_unused(journal)) {
        journal->damage = 1; /* neither copy of the header is whole */
        return MG_OK;
    }
    return keep_header(journal) == MG_POWER_LOST ? MG_POWER_LOST : MG_OK;
}

/* ---- counting */

int32_t mg_journal_free(const mg_journal *journal) {
    return (int32_t)journal->capacity - ((int32_t)journal->head - (int32_t)journal->header.tail);
}

void mg_journal_saw(mg_journal *journal, uint32_t shot_id) {
    if (shot_id > journal->header.shot_id_highest) {
        journal->header.shot_id_highest = shot_id; /* durable with the shot's first record */
    }
}

int mg_journal_start(mg_journal *journal) {
    journal->header.boot_count++;
    return keep_header(journal);
}

int mg_journal_count_abort(mg_journal *journal) {
    journal->header.abort_id++;
    return keep_header(journal);
}

int mg_journal_acknowledge(mg_journal *journal, uint32_t seq) {
    journal->header.tail = seq;
    return keep_header(journal);
}

/* ---- appending */

/* Forget the oldest acknowledged records, durably, before they are overwritten. */
static int make_room(mg_journal *journal) {
    mg_journal_header *header = &journal->header;
    const uint32_t oldest = header->oldest;
    if (journal->head + 1u - oldest < journal->capacity) {
        return MG_OK;
    }
    const uint32_t acknowledged = header->tail + 1u > oldest ? header->tail + 1u - oldest : 0;
    const uint32_t sixteenth = journal->capacity / 16u;
    const uint32_t count = acknowledged < sixteenth ? acknowledged : sixteenth;
    if (count < 1u) {
        return MG_FULL;
    }
    for (uint32_t one = 0; one < count && one < MG_RECORDS_MAX / 16u; one++) {
        mgp_journal_record gone;
        if (!mg_journal_at(journal, oldest + one, &gone)) {
            journal->damage = 1;
            return MG_DAMAGED;
        }
        if (is_about_shots(gone.kind) && gone.shot_id > header->shot_id_forgotten) {
            header->shot_id_forgotten = gone.shot_id;
        }
    }
    header->oldest = oldest + count;
    return keep_header(journal);
}

int mg_journal_append(mg_journal *journal, mgp_journal_record *record) {
    uint8_t data[MG_SLOT_BYTES];
    int result = make_room(journal);
    if (result != MG_OK) {
        return result;
    }
    record->seq = journal->head + 1u;
    record->crc_previous = journal->crc_last;
    (void)mgp_journal_record_write(record, data);
    const uint32_t crc = mg_crc32c(data, RECORD_BYTES);
    mgp_put_u32(data + RECORD_BYTES, crc);
    result = write_checked(journal, slot_of(journal, record->seq), data, sizeof data);
    if (result == MG_OK) {
        take(journal, record, crc);
    }
    return result;
}

/* ---- asking: one pass over the kept records each */

/* Read record `seq` while there is one: 0 with MG_OK behind the newest. */
static int next_kept(mg_journal *journal, uint32_t seq, mgp_journal_record *record, int *result) {
    if (seq > journal->head || journal->head - seq >= journal->capacity) {
        *result = MG_OK;
        return 0;
    }
    if (!mg_journal_at(journal, seq, record)) {
        journal->damage = 1; /* it was whole when it was written */
        *result = MG_DAMAGED;
        return 0;
    }
    return 1;
}

int mg_journal_find(mg_journal *journal, uint32_t shot_id, uint8_t *begun, uint8_t *ended,
                    mgp_journal_record *end) {
    mgp_journal_record record;
    int result = MG_OK;
    *begun = *ended = 0;
    if (shot_id > journal->header.shot_id_highest) {
        return MG_OK; /* never seen */
    }
    for (uint32_t count = 0; count < journal->capacity; count++) {
        if (!next_kept(journal, journal->header.oldest + count, &record, &result)) {
            break;
        }
        if (record.shot_id == shot_id && is_intent(record.kind)) {
            *begun = 1;
        } else if (record.shot_id == shot_id && is_about_shots(record.kind)) {
            *ended = 1;
            *end = record;
        }
    }
    return result;
}

int mg_journal_open_intent(mg_journal *journal, uint8_t *found, mgp_journal_record *intent) {
    mgp_journal_record record;
    int result = MG_OK;
    *found = 0;
    for (uint32_t count = 0; count < journal->capacity; count++) {
        if (!next_kept(journal, journal->header.oldest + count, &record, &result)) {
            break;
        }
        if (is_intent(record.kind)) {
            *found = 1;
            *intent = record;
        } else if (*found && is_about_shots(record.kind) && record.shot_id == intent->shot_id) {
            *found = 0; /* one shot at a time: its end comes before the next intent */
        }
    }
    return result;
}

int mg_journal_in_doubt(mg_journal *journal, uint8_t *found) {
    mgp_journal_record record;
    int result = MG_OK;
    *found = 0;
    for (uint32_t count = 0; count < journal->capacity; count++) {
        if (!next_kept(journal, journal->header.oldest + count, &record, &result)) {
            break;
        }
        /* what was given in service was given to nobody: that is no doubt */
        if (record.kind == MGP_JOURNAL_KIND_OUTCOME &&
            record.outcome == MGP_OUTCOME_INDETERMINATE) {
            *found = 1;
        }
    }
    return result;
}
