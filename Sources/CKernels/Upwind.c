#include "CKernels.h"

// Rounding must not depend on the processor: the same realization gives the same series everywhere. So there are no
// fused multiply-adds, and variants differ in the width of their registers only.
#pragma STDC FP_CONTRACT OFF

// Vectors pass between inlined functions of one file only, so that how they would be passed to others is no matter.
#if defined(__clang__)
#pragma clang diagnostic ignored "-Wpsabi"
#endif

#define LANES 4

// Fractional flows below this are none, so that the front has an end and water does not creep ahead of it through the
// whole reservoir in amounts of 1e-300.
#define LEAST_FLOW 1e-10
// Cells that pass on less than this many of their own pore volumes in a step need no sub-steps: their numerical
// diffusion is that small already.
#define SLOW_VOLUME 0.1
// Where much flows through, as about wells, a cell takes parts of each sub-step by itself: so many per Courant number
// of the whole, and their largest number.
#define PARTS_PER_COURANT 0.5
#define MOST_PARTS 8
// Behind a front, what enters has nearly the fractional flow of what is there, and there is little to resolve: parts are
// fewer in proportion where the two differ by less than this.
#define WHOLE_CHANGE 0.05
// The flow out of a cell in a part is weighted between its fractional flow at the start and at the end. In equal parts
// that is of second order in time; but the early part must not take out more than is there, so that it may have this
// Courant number, of the fastest saturation, at most. At one the scheme is still monotone.
// Source of the weights: Blunt and Rubin (1992), J. Comput. Phys. 102(1), 194-210.
#define EXPLICIT_COURANT 0.75

// Cells that divide the step alike are gathered in a batch, one in each lane of a vector: batch 0 takes slow cells
// through one sub-step, batch p others through parts p of each.
#define BATCHES (MOST_PARTS + 1)
// Rows of one value per lane that a batch has before those of its sub-steps.
enum { CAPACITY, GROWTH, AMOUNT, OUTFLOW, PER_SAMPLE, OFFSET, IMPLICIT, MEAN, ROWS };

typedef struct {
    int32_t count;
    int32_t cell[LANES], first[LANES]; // first: number of the first sample of the lane's rock type
    double outflow[LANES], per_flux[LANES], per_displacing[LANES];
    float *trace[LANES];
    double *rows; // [ROWS + substeps][LANES]
} batch;

// What has entered a cell, and what it hands on: oil, then the displacing phase in each sub-step.
#define ROW_WIDTH(substeps) (((substeps) + 4) / 4 * 4)
// In place of the number of cells waited for.
#define TAKEN_UP -1

// All that a sweep needs of a cell stands together, since flow order jumps from row to row of the grid: of twelve arrays
// nearly every access would miss the cache. What cells upstream write is on one line with what has entered.
typedef struct {
    double displacing, oil, saturation, capacity_before, volume, per_displacing, per_oil, well_outflow;
    double leaving;
    int32_t outlets, first_outlet, waiting, rock_type;
    double unused; // so that the line of `leaving` ends with the first four that have entered
    double entered[]; // [ROW_WIDTH(substeps)]
} record;

// A face that flow leaves a cell by, and the cell beyond it.
typedef struct {
    double flux;
    int64_t cell;
} outlet;

// A sweep under way.
typedef struct {
    int32_t found;  // cells in the order so far: taken up, or waiting for no other
    int32_t search; // no cell before this one is left to be found
    char *records;
    int64_t stride; // of records, in bytes
    outlet *outlets;
    batch batches[BATCHES];
    double *handed, *dry; // [ROW_WIDTH(substeps)]; dry: by a cell that hands on oil only
} sweep;

static inline record *record_of(const sweep *w, int64_t cell) { return (record *)(w->records + cell * w->stride); }

#define LINE 64
static int64_t record_size(int32_t substeps) {
    return (int64_t)(sizeof(record) + ROW_WIDTH(substeps) * sizeof(double) + LINE - 1) / LINE * LINE;
}
int64_t lsi_upwind_records(int32_t cells, int32_t substeps) {
    return (cells * record_size(substeps) + LINE) / (int64_t)sizeof(double);
}
int64_t lsi_upwind_work(int32_t substeps) {
    return (int64_t)BATCHES * (ROWS + substeps) * LANES + 2 * ROW_WIDTH(substeps);
}

int64_t lsi_upwind_trace(int32_t cells, int32_t substeps) {
    return cells * (LSI_TRACE_HEAD + LSI_TRACE_ROW * ((int64_t)substeps * MOST_PARTS + 1));
}

typedef double reals __attribute__((vector_size(LANES * 8)));
typedef int64_t masks __attribute__((vector_size(LANES * 8)));
typedef int32_t indices __attribute__((vector_size(LANES * 4)));
typedef double quad __attribute__((vector_size(32)));

static void begin(const lsi_upwind_step *s, sweep *w) {
    const int32_t width = ROW_WIDTH(s->substeps);
    const double share = s->time_step / s->substeps;
    double *work = s->work;
    for (int32_t number = 0; number < BATCHES; number++, work += (ROWS + s->substeps) * LANES) {
        w->batches[number].count = 0;
        w->batches[number].rows = work;
    }
    w->handed = work;
    w->dry = work + width;
    for (int32_t m = 0; m < width; m++) w->handed[m] = w->dry[m] = 0;
    w->found = w->search = 0;
    w->records = (char *)(((uintptr_t)s->records + LINE - 1) / LINE * LINE);
    w->stride = record_size(s->substeps);
    w->outlets = (outlet *)s->outlets;
    for (int32_t cell = 0; cell < s->cells; cell++) {
        record *r = record_of(w, cell);
        *r = (record){.displacing = s->displacing[cell],
                      .oil = s->oil[cell],
                      .saturation = s->saturation[cell],
                      .capacity_before = s->capacity_before[cell],
                      .volume = s->pore_volume[cell],
                      .per_displacing = s->displacing_inverse[cell],
                      .per_oil = s->oil_inverse[cell],
                      .well_outflow = s->well_outflow[cell],
                      .first_outlet = s->start[cell],
                      .rock_type = s->rock_type[cell]};
        outlet *out = w->outlets + s->start[cell];
        double leaving = s->well_outflow[cell];
        for (int32_t slot = s->start[cell]; slot < s->start[cell + 1]; slot++) {
            const int32_t code = s->face[slot], reversed = code >> 31;
            const double flux = s->flux[code ^ reversed], outward = reversed ? -flux : flux;
            out[r->outlets] = (outlet){outward, s->other[slot]};
            r->outlets += outward > 0;
            leaving += outward > 0 ? outward : 0;
            r->waiting += outward < 0;
        }
        r->leaving = leaving;
        s->order[w->found] = cell;
        w->found += r->waiting == 0;
        r->entered[0] = 0;
        for (int32_t m = 1; m < width; m++) r->entered[m] = s->injected[cell] * share;
    }
}

static void end(const lsi_upwind_step *s, const sweep *w) {
    for (int32_t cell = 0; cell < s->cells; cell++) {
        const record *r = record_of(w, cell);
        s->displacing[cell] = r->displacing;
        s->oil[cell] = r->oil;
        s->saturation[cell] = r->saturation;
    }
}

// Where all cells left wait for each other, the first of them waits no longer: nothing flows into it any more.
static void cut_cycle(const lsi_upwind_step *s, sweep *w) {
    while (record_of(w, w->search)->waiting <= 0) w->search++;
    const int32_t cell = w->search;
    for (int32_t slot = s->start[cell]; slot < s->start[cell + 1]; slot++) {
        record *other = record_of(w, s->other[slot]);
        if (other->waiting == TAKEN_UP) continue;
        outlet *out = w->outlets + other->first_outlet;
        double leaving = other->well_outflow;
        int32_t kept = 0;
        for (int32_t k = 0; k < other->outlets; k++) {
            if (out[k].cell == cell) continue;
            leaving += out[k].flux;
            out[kept++] = out[k];
        }
        other->leaving = leaving;
        other->outlets = kept;
    }
    record_of(w, cell)->waiting = 0;
    s->order[w->found++] = cell;
}

// How far the fractional flow of what enters in any sub-step is from that of the cell, at `x` samples. Of `entered`
// the first value is oil; `outflow` leaves in a sub-step, of the displacing phase alone.
static inline double change(const lsi_upwind_step *s, const double *entered, double outflow, const double *table, double x) {
    const int32_t last = s->intervals;
    x = x > 0 ? x < last ? x : last : 0;
    const double *sample = table + 2 * (long)(x < last - 1 ? (int32_t)x : last - 1);
    const double flow = outflow * (sample[0] + sample[1] * (x - (double)((sample - table) / 2)));
    double largest = 0;
    for (int32_t m = 0; m < s->substeps; m++) {
        const double difference = __builtin_fabs(entered[1 + m] - flow);
        largest = difference > largest ? difference : largest;
    }
    return largest / outflow;
}

#define LSI_NAME(x) x##_baseline
#define LSI_TARGET
#include "UpwindBody.h"

#if defined(__x86_64__)

#define LSI_NAME(x) x##_avx2
#define LSI_TARGET __attribute__((target("avx2"), min_vector_width(256)))
#include "UpwindBody.h"

void lsi_upwind(const lsi_upwind_step *step) {
    sweep w;
    if (__builtin_cpu_supports("avx2"))
        move_avx2(step, &w);
    else
        move_baseline(step, &w);
}

#else

void lsi_upwind(const lsi_upwind_step *step) {
    sweep w;
    move_baseline(step, &w);
}

#endif
