// One instruction set's kernels; see CKernels.c for the macros and include/CKernels.h for what each does.
// `vec` is as wide as the instruction set; a vector of 16 samples is LSI_PARTS of them.

#define LSI_PARTS (16 / LSI_LANES)
#define LSI_INLINE static inline __attribute__((always_inline)) LSI_TARGET
#define LSI_FUNCTION static LSI_TARGET
#define LSI_UNROLL _Pragma("clang loop unroll(full)")
#define vec LSI_NAME(vec)
#define ivec LSI_NAME(ivec)

typedef float vec __attribute__((vector_size(4 * LSI_LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LSI_LANES)));
typedef uint8_t LSI_NAME(bytes) __attribute__((vector_size(LSI_LANES)));
// Weights and their gradients lie anywhere.
typedef float LSI_NAME(anywhere) __attribute__((vector_size(4 * LSI_LANES), aligned(4)));

LSI_INLINE vec LSI_NAME(load)(const float *p) { return *(const vec *)p; }
LSI_INLINE vec LSI_NAME(load_anywhere)(const float *p) { return *(const LSI_NAME(anywhere) *)p; }
LSI_INLINE void LSI_NAME(store)(float *p, vec v) { *(vec *)p = v; }
LSI_INLINE void LSI_NAME(store_anywhere)(float *p, vec v) { *(LSI_NAME(anywhere) *)p = v; }
// Unlike a sum with zero, the difference is the number itself even where it is -0, so that nothing is computed.
LSI_INLINE vec LSI_NAME(splat)(float x) { return x - (vec){}; }
LSI_INLINE vec LSI_NAME(select)(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
LSI_INLINE vec LSI_NAME(larger)(vec a, vec b) { return LSI_NAME(select)(a > b, a, b); }
LSI_INLINE float LSI_NAME(total)(vec v) {
    float sum = 0;
    LSI_UNROLL for (int i = 0; i < LSI_LANES; i++) sum += v[i];
    return sum;
}
// The sum of each vector's lanes.
LSI_INLINE lsi_four LSI_NAME(totals)(vec a, vec b, vec c, vec d) {
#if LSI_LANES == 16
#define LSI_FOLD(v) (lsi_half(lsi_low(v) + lsi_high(v)))
#elif LSI_LANES == 8
#define LSI_FOLD(v) lsi_half(v)
#else
#define LSI_FOLD(v) (v)
#endif
    const lsi_four x = LSI_FOLD(a), y = LSI_FOLD(b), z = LSI_FOLD(c), w = LSI_FOLD(d);
#undef LSI_FOLD
    const lsi_four xy = __builtin_shufflevector(x, y, 0, 4, 1, 5) + __builtin_shufflevector(x, y, 2, 6, 3, 7);
    const lsi_four zw = __builtin_shufflevector(z, w, 0, 4, 1, 5) + __builtin_shufflevector(z, w, 2, 6, 3, 7);
    return __builtin_shufflevector(xy, zw, 0, 1, 4, 5) + __builtin_shufflevector(xy, zw, 2, 3, 6, 7);
}

#include "LanesBody.h"
#include "PointsBody.h"
#include "ConvolutionBody.h"
#include "ElementBody.h"
#include "LossBody.h"
#include "DenseBody.h"

static const lsi_kernels LSI_NAME(table) = {
    .name = LSI_TITLE,
    .convolve = LSI_NAME(convolve),
    .correlate = LSI_NAME(correlate),
    .interleave = LSI_NAME(interleave),
    .interleave_bytes = LSI_NAME(interleave_bytes),
    .separate = LSI_NAME(separate),
    .dense = LSI_NAME(dense),
    .dense_transposed = LSI_NAME(dense_transposed),
    .dense_weight_gradient = LSI_NAME(dense_weight_gradient),
    .sum_lanes = LSI_NAME(sum_lanes),
    .leaky_gradient = LSI_NAME(leaky_gradient),
    .channel_moments = LSI_NAME(channel_moments),
    .scale_shift = LSI_NAME(scale_shift),
    .channel_products = LSI_NAME(channel_products),
    .combine = LSI_NAME(combine),
    .pool = LSI_NAME(pool),
    .unpool = LSI_NAME(unpool),
    .combine_pooled = LSI_NAME(combine_pooled),
    .leaky = LSI_NAME(leaky),
    .sum_rows = LSI_NAME(sum_rows),
    .add = LSI_NAME(add),
    .cross_entropy = LSI_NAME(cross_entropy),
    .squared_error = LSI_NAME(squared_error),
    .sigmoid = LSI_NAME(sigmoid),
    .adam = LSI_NAME(adam),
    .squared_norm = LSI_NAME(squared_norm),
    .multiply_add_rounds = LSI_NAME(multiply_add_rounds),
};

#undef vec
#undef ivec
#undef LSI_PARTS
#undef LSI_INLINE
#undef LSI_FUNCTION
#undef LSI_UNROLL
#undef LSI_NAME
#undef LSI_TARGET
#undef LSI_LANES
#undef LSI_REGISTERS
#undef LSI_TITLE
