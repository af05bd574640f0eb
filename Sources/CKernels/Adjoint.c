#include "CKernels.h"

// As in Upwind.c: bits must not depend on the processor.
#pragma STDC FP_CONTRACT OFF

#define ADJOINTS 8

// Swift aligns its vectors to 16 bytes at most.
typedef double lanes __attribute__((vector_size(ADJOINTS * 8), aligned(8)));

#define LSI_INLINE static inline __attribute__((always_inline))

// One cell backward through its parts. `lambda` goes from the adjoint of the volume of the displacing phase at the end to that at
// the start; `handed` has the adjoints of the mean fractional flow of each sub-step.
LSI_INLINE void cell_back(const float *head, const lanes *handed, lanes *inflow, double *means, lanes *lambda,
                          lanes *outflow, lanes *volume) {
    const int32_t parts = (int32_t)head[LSI_TRACE_PARTS], substeps = (int32_t)head[LSI_TRACE_SUBSTEPS];
    const double v = head[LSI_TRACE_OUTFLOW], implicit = head[LSI_TRACE_IMPLICIT], share = 1.0 / parts;
    const double by_outflow = 1.0 / (parts * substeps);
    const float *rows = head + LSI_TRACE_HEAD;
    // By the fractional flow at the end of a part, as the start of the next.
    lanes flow = {0};
    for (int32_t m = substeps - 1; m >= 0; m--) {
        const lanes by_mean = handed[m] * share;
        lanes entered = {0};
        double mean = 0;
        for (int32_t p = parts - 1; p >= 0; p--) {
            const float *before = rows + (m * parts + p) * LSI_TRACE_ROW, *after = before + LSI_TRACE_ROW;
            const double slope = after[LSI_TRACE_SLOPE];
            const double part = implicit * after[LSI_TRACE_FLOW] + (1 - implicit) * before[LSI_TRACE_FLOW];
            const lanes end = flow + by_mean * implicit;
            // N' + v (theta f(N') + (1 - theta) f(N)) = N + inflow
            const lanes rho = (*lambda + end * slope) * (1 / (1 + v * implicit * slope));
            *volume -= (end - rho * (v * implicit)) * (slope * after[LSI_TRACE_SATURATION]);
            *outflow -= rho * (part * by_outflow);
            entered += rho * share;
            flow = (by_mean - rho * v) * (1 - implicit);
            *lambda = rho;
            mean += part * share;
        }
        inflow[m] = entered;
        means[m] = mean;
    }
    *volume -= flow * (double)(rows[LSI_TRACE_SLOPE] * rows[LSI_TRACE_SATURATION]);
    *lambda += flow * (double)rows[LSI_TRACE_SLOPE];
}

LSI_INLINE void transport(const lsi_adjoint_step *s) {
    const int32_t count = s->substeps;
    lanes *saturation = (lanes *)s->saturation, *volume = (lanes *)s->pore_volume, *face = (lanes *)s->face;
    lanes *inflow = (lanes *)s->inflow, *outflow = (lanes *)s->outflow;
    const lanes zero = {0};
    for (int32_t cell = 0; cell < s->cells; cell++) s->done[cell] = 0;
    for (int32_t position = s->cells - 1; position >= 0; position--) {
        const int32_t cell = s->order[position];
        lanes *entered = inflow + (int64_t)cell * count;
        double *handed = s->handed + (int64_t)cell * count;
        lanes lambda = saturation[cell] * (1 / s->volume[cell]);
        outflow[cell] = zero;
        s->done[cell] = 1;
        if (s->trace_start[cell] < 0) {
            for (int32_t m = 0; m < count; m++) {
                entered[m] = lambda;
                handed[m] = 0;
            }
            continue;
        }
        const float *head = s->trace + s->trace_start[cell];
        const int32_t substeps = (int32_t)head[LSI_TRACE_SUBSTEPS];
        const double weight = head[LSI_TRACE_PER_FLUX] / count;
        const float *rows = head + LSI_TRACE_HEAD;
        const float *last = rows + substeps * (int32_t)head[LSI_TRACE_PARTS] * LSI_TRACE_ROW;
        // By the mean flow of each sub-step, gathered from the cells downstream.
        for (int32_t m = 0; m < count; m++) entered[m] = zero;
        for (int32_t slot = s->start[cell]; slot < s->start[cell + 1]; slot++) {
            const double out = s->outward[slot];
            if (out <= 0 || !s->done[s->other[slot]]) continue;
            const lanes *below = inflow + (int64_t)s->other[slot] * count;
            for (int32_t m = 0; m < count; m++) entered[m] += below[m] * (out * weight);
        }
        if (substeps < count) {
            // A slow cell hands on one mean for all sub-steps.
            for (int32_t m = 1; m < count; m++) entered[0] += entered[m];
        }
        volume[cell] -= lambda * (double)last[LSI_TRACE_SATURATION];
        lanes by_volume = zero;
        cell_back(head, entered, entered, handed, &lambda, &outflow[cell], &by_volume);
        for (int32_t m = substeps; m < count; m++) {
            entered[m] = entered[0];
            handed[m] = handed[0];
        }
        for (int32_t m = 0; m < count; m++) handed[m] *= weight;
        volume[cell] += by_volume + lambda * (double)rows[LSI_TRACE_SATURATION];
        saturation[cell] = lambda * s->volume[cell];
    }
    for (int32_t f = 0; f < s->faces; f++) {
        const int is_forward = s->flux[f] > 0;
        const int32_t up = is_forward ? s->first[f] : s->second[f], down = is_forward ? s->second[f] : s->first[f];
        lanes sum = outflow[up] * s->time_step;
        for (int32_t m = 0; m < count; m++)
            sum += inflow[(int64_t)down * count + m] * s->handed[(int64_t)up * count + m];
        face[f] += is_forward ? sum : -sum;
    }
}

LSI_INLINE void solve(const lsi_lanes_factor *s) {
    lanes *x = (lanes *)s->x;
    for (int32_t j = 0; j < s->order; j++) {
        const lanes xj = x[j];
        const double *value = s->value + s->start[j];
        const int32_t *row = s->row + s->start[j];
        for (int32_t k = 1; k < s->length[j]; k++) x[row[k]] -= value[k] * xj;
    }
    for (int32_t j = s->order - 1; j >= 0; j--) {
        const double *value = s->value + s->start[j];
        const int32_t *row = s->row + s->start[j];
        lanes sum = x[j] / value[0];
        for (int32_t k = 1; k < s->length[j]; k++) sum -= value[k] * x[row[k]];
        x[j] = sum;
    }
}

#if defined(__x86_64__)

#define AVX2 __attribute__((target("avx2"), min_vector_width(256)))

AVX2 static void transport_avx2(const lsi_adjoint_step *s) { transport(s); }
AVX2 static void solve_avx2(const lsi_lanes_factor *s) { solve(s); }

void lsi_adjoint_transport(const lsi_adjoint_step *s) {
    if (__builtin_cpu_supports("avx2"))
        transport_avx2(s);
    else
        transport(s);
}

void lsi_lanes_solve(const lsi_lanes_factor *s) {
    if (__builtin_cpu_supports("avx2"))
        solve_avx2(s);
    else
        solve(s);
}

#else

void lsi_adjoint_transport(const lsi_adjoint_step *s) { transport(s); }
void lsi_lanes_solve(const lsi_lanes_factor *s) { solve(s); }

#endif
