#include "CKernels.h"

// As in Upwind.c: bits must not depend on the processor.
#pragma STDC FP_CONTRACT OFF

// Every x86-64 processor has vectors of this width. What Swift allocates need not be aligned to them.
typedef float quad __attribute__((vector_size(16), aligned(4)));

#define LSI_INLINE static inline __attribute__((always_inline))

LSI_INLINE void subtract(float *x, const int32_t *row, quad part) {
    x[row[0]] -= part[0];
    x[row[1]] -= part[1];
    x[row[2]] -= part[2];
    x[row[3]] -= part[3];
}

LSI_INLINE quad gather(const float *x, const int32_t *row) {
    return (quad){x[row[0]], x[row[1]], x[row[2]], x[row[3]]};
}

LSI_INLINE float total(quad q) { return (q[0] + q[1]) + (q[2] + q[3]); }

// L y = x
LSI_INLINE void forward(const lsi_packed_factor *f) {
    float *x = f->x;
    quad *quads = (quad *)x;
    const int32_t *row = f->rows;
    const quad *value = (const quad *)f->values;
    for (int32_t b = 0; b < f->blocks; b++) {
        const lsi_packed_block *block = f->block + b;
        float *own = x + block->column;
        const float x0 = own[0];
        if (block->width == 1) {
            for (int32_t k = block->aligned; k > 0; k--) quads[*row++] -= *value++ * x0;
            for (int32_t k = block->scattered; k > 0; k--, row += 4) subtract(x, row, *value++ * x0);
            continue;
        }
        const float *l = (const float *)value;
        value += LSI_PACKED_CORNER / 4;
        const float x1 = own[1] - l[0] * x0;
        const float x2 = own[2] - l[1] * x0 - l[3] * x1;
        const float x3 = own[3] - l[2] * x0 - l[4] * x1 - l[5] * x2;
        own[1] = x1;
        own[2] = x2;
        own[3] = x3;
        for (int32_t k = block->aligned; k > 0; k--, value += 4)
            quads[*row++] -= (value[0] * x0 + value[1] * x1) + (value[2] * x2 + value[3] * x3);
        for (int32_t k = block->scattered; k > 0; k--, row += 4, value += 4)
            subtract(x, row, (value[0] * x0 + value[1] * x1) + (value[2] * x2 + value[3] * x3));
    }
}

// D L^T z = y
LSI_INLINE void backward(const lsi_packed_factor *f) {
    float *x = f->x;
    const quad *quads = (const quad *)x;
    const int32_t *rows = f->rows + f->row_count;
    const quad *values = (const quad *)(f->values + f->value_count);
    for (int32_t b = f->blocks - 1; b >= 0; b--) {
        const lsi_packed_block *block = f->block + b;
        const int32_t *row = rows -= block->aligned + 4 * block->scattered;
        const quad *value = values -= block->width * (int64_t)(block->aligned + block->scattered);
        const float *inverse = f->inverse + block->column;
        float *own = x + block->column;
        if (block->width == 1) {
            quad sum = {0};
            for (int32_t k = block->aligned; k > 0; k--) sum += *value++ * quads[*row++];
            for (int32_t k = block->scattered; k > 0; k--, row += 4) sum += *value++ * gather(x, row);
            own[0] = own[0] * inverse[0] - total(sum);
            continue;
        }
        quad s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
        for (int32_t k = block->aligned; k > 0; k--, value += 4) {
            const quad below = quads[*row++];
            s0 += value[0] * below;
            s1 += value[1] * below;
            s2 += value[2] * below;
            s3 += value[3] * below;
        }
        for (int32_t k = block->scattered; k > 0; k--, row += 4, value += 4) {
            const quad below = gather(x, row);
            s0 += value[0] * below;
            s1 += value[1] * below;
            s2 += value[2] * below;
            s3 += value[3] * below;
        }
        values -= LSI_PACKED_CORNER / 4;
        const float *l = (const float *)values;
        const float x3 = own[3] * inverse[3] - total(s3);
        const float x2 = own[2] * inverse[2] - total(s2) - l[5] * x3;
        const float x1 = own[1] * inverse[1] - total(s1) - l[3] * x2 - l[4] * x3;
        own[0] = own[0] * inverse[0] - total(s0) - l[0] * x1 - l[1] * x2 - l[2] * x3;
        own[1] = x1;
        own[2] = x2;
        own[3] = x3;
    }
}

void lsi_packed_solve(const lsi_packed_factor *f) {
    for (int32_t k = 0; k < 4; k++) f->x[f->order + k] = 0;
    forward(f);
    backward(f);
}
