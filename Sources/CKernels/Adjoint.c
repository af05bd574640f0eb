#include "CKernels.h"

// As in Upwind.c: bits must not depend on the processor.
#pragma STDC FP_CONTRACT OFF

#define ADJOINTS 8

// Swift aligns its vectors to 16 bytes at most.
typedef double lanes __attribute__((vector_size(ADJOINTS * 8), aligned(8)));

#define LSI_INLINE static inline __attribute__((always_inline))

LSI_INLINE void transport(const lsi_adjoint_step *s) {
    lanes *adjoint = (lanes *)s->adjoint, *saturation = (lanes *)s->saturation;
    lanes *volume = (lanes *)s->pore_volume, *face = (lanes *)s->face;
    for (int32_t position = s->cells - 1; position >= 0; position--) {
        const int32_t cell = s->order[position];
        const double slope = s->slope[cell], capacity = s->capacity[cell];
        lanes sum = saturation[cell];
        if (slope != 0) {
            for (int32_t slot = s->start[cell]; slot < s->start[cell + 1]; slot++)
                if (s->outward[slot] > 0) sum += adjoint[s->other[slot]] * (slope * s->outward[slot]);
        }
        sum *= 1 / (capacity + slope * s->outflow[cell]);
        adjoint[cell] = sum;
        volume[cell] -= sum * s->change[cell];
        saturation[cell] = sum * capacity;
    }
    for (int32_t f = 0; f < s->faces; f++) {
        const int32_t a = s->first[f], b = s->second[f];
        const double fraction = s->fraction[s->flux[f] > 0 ? a : b];
        if (fraction != 0) face[f] += (adjoint[b] - adjoint[a]) * fraction;
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
