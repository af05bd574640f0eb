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
// Weights and their gradients lie anywhere.
typedef float LSI_NAME(anywhere) __attribute__((vector_size(4 * LSI_LANES), aligned(4)));

LSI_INLINE vec LSI_NAME(load)(const float *p) { return *(const vec *)p; }
LSI_INLINE vec LSI_NAME(load_anywhere)(const float *p) { return *(const LSI_NAME(anywhere) *)p; }
LSI_INLINE void LSI_NAME(store)(float *p, vec v) { *(vec *)p = v; }
LSI_INLINE vec LSI_NAME(splat)(float x) { return (vec){} + x; }
LSI_INLINE vec LSI_NAME(select)(ivec mask, vec a, vec b) { return (vec)((mask & (ivec)a) | (~mask & (ivec)b)); }
LSI_INLINE vec LSI_NAME(larger)(vec a, vec b) { return LSI_NAME(select)(a > b, a, b); }
LSI_INLINE float LSI_NAME(total)(vec v) {
    float sum = 0;
    LSI_UNROLL for (int i = 0; i < LSI_LANES; i++) sum += v[i];
    return sum;
}

#include "ConvolutionBody.h"
#include "ElementBody.h"
#include "LossBody.h"

static const lsi_kernels LSI_NAME(table) = {
    .name = LSI_TITLE,
    .convolve = LSI_NAME(convolve),
    .correlate = LSI_NAME(correlate),
    .sum_lanes = LSI_NAME(sum_lanes),
    .channel_sums = LSI_NAME(channel_sums),
    .leaky_gradient = LSI_NAME(leaky_gradient),
    .channel_moments = LSI_NAME(channel_moments),
    .scale_shift = LSI_NAME(scale_shift),
    .channel_products = LSI_NAME(channel_products),
    .combine = LSI_NAME(combine),
    .leaky = LSI_NAME(leaky),
    .sum_rows = LSI_NAME(sum_rows),
    .add = LSI_NAME(add),
    .max_pool = LSI_NAME(max_pool),
    .max_pool_gradient = LSI_NAME(max_pool_gradient),
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
