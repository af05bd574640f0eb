// Products with the weights of dense layers; included by KernelBody.h once per instruction set.
//
// Samples lie side by side, so a weight is one factor for whole vectors: weights are read where they are, or copied in
// blocks that stay in the first cache.

// `rows` x `vectors` sums in registers over `count` terms: out[r][v] = (keep: itself +) start[r] or 0 + sum of
// factor[r] * in[v].
LSI_INLINE void LSI_NAME(product_tile)(const int rows, const int vectors, const float *factors, long factorRow,
                                       long factorStep, const float *in, long inPitch, int count, int keep,
                                       const float *start, float *out, long outPitch) {
    vec sum[LSI_REGISTERS];
    LSI_UNROLL for (int r = 0; r < rows; r++)
        LSI_UNROLL for (int v = 0; v < vectors; v++) {
            sum[r * vectors + v] = LSI_NAME(splat)(start ? start[r] : 0);
            if (keep) __builtin_prefetch(out + r * outPitch + v * LSI_LANES, 1);
        }
    for (int k = 0; k < count; k++, in += inPitch, factors += factorStep) {
        vec value[4];
        LSI_UNROLL for (int v = 0; v < vectors; v++) value[v] = LSI_NAME(load)(in + v * LSI_LANES);
        LSI_UNROLL for (int r = 0; r < rows; r++) {
            const float factor = factors[r * factorRow];
            LSI_UNROLL for (int v = 0; v < vectors; v++) sum[r * vectors + v] += value[v] * factor;
        }
    }
    LSI_UNROLL for (int r = 0; r < rows; r++)
        LSI_UNROLL for (int v = 0; v < vectors; v++) {
            float *target = out + r * outPitch + v * LSI_LANES;
            const vec value = sum[r * vectors + v];
            LSI_NAME(store_anywhere)(target, keep ? LSI_NAME(load_anywhere)(target) + value : value);
        }
}

#if LSI_REGISTERS == 32
enum { LSI_NAME(rows_of_four) = 6, LSI_NAME(rows_of_two) = 12, LSI_NAME(rows_of_one) = 16 };
#else
enum { LSI_NAME(rows_of_four) = 3, LSI_NAME(rows_of_two) = 6, LSI_NAME(rows_of_one) = 8 };
#endif

// All rows by `vectors` vectors of columns.
LSI_INLINE void LSI_NAME(product_rows)(const int vectors, const int step, int rows, const float *factors,
                                       long factorRow, long factorStep, const float *in, long inPitch, int count,
                                       int keep, const float *start, float *out, long outPitch) {
    int r = 0;
#define LSI_ROWS(R)                                                                                                    \
    for (; r + R <= rows; r += R)                                                                                      \
    LSI_NAME(product_tile)(R, vectors, factors + r * factorRow, factorRow, factorStep, in, inPitch, count, keep,       \
                           start ? start + r : NULL, out + r * outPitch, outPitch)
    LSI_ROWS(step);
    if (step > 4) LSI_ROWS(4);
    LSI_ROWS(2);
    LSI_ROWS(1);
#undef LSI_ROWS
}

// Likewise all rows and columns, of which there is a multiple of 16. They do not see each other: the bits of one do not
// depend on how many there are.
LSI_FUNCTION void LSI_NAME(product)(int rows, int columns, int count, const float *factors, long factorRow,
                                    long factorStep, const float *in, long inPitch, int keep, const float *start,
                                    float *out, long outPitch) {
    int v = 0, all = columns / LSI_LANES;
#define LSI_VECTORS(V, R)                                                                                              \
    for (; v + V <= all; v += V)                                                                                       \
    LSI_NAME(product_rows)(V, R, rows, factors, factorRow, factorStep, in + v * LSI_LANES, inPitch, count, keep, start, \
                           out + v * LSI_LANES, outPitch)
    // Four vectors, three rows and a factor are one register too many for AVX2.
    if (LSI_LANES != 8) LSI_VECTORS(4, LSI_NAME(rows_of_four));
    LSI_VECTORS(2, LSI_NAME(rows_of_two));
    LSI_VECTORS(1, LSI_NAME(rows_of_one));
#undef LSI_VECTORS
}

LSI_FUNCTION void LSI_NAME(dense)(const float *weights, int32_t units, int32_t inputs, const float *bias, float slope,
                                  const float *in, int32_t lanes, float *out) {
    LSI_NAME(product)(units, lanes, inputs, weights, inputs, 1, in, lanes, 0, bias, out, lanes);
    if (slope != 1) LSI_NAME(leaky)(out, slope, (int64_t)units * lanes, out);
}

LSI_FUNCTION void LSI_NAME(dense_transposed)(const float *weights, int32_t units, int32_t inputs, const float *gradient,
                                             int32_t lanes, float *out) {
    // Rows of weights may lie a power of two apart, where the cache holds few of them: blocks are copied.
    enum { height = 64, width = 48 };
    float block[height * width];
    for (int u = 0; u < units; u += height)
        for (int i = 0; i < inputs; i += width) {
            const int rows = lsi_min(width, inputs - i), count = lsi_min(height, units - u);
            for (int k = 0; k < count; k++) {
                const float *w = weights + (long)(u + k) * inputs + i;
                // Of a known size the copy needs no call.
                if (rows == width) memcpy(block + k * width, w, sizeof(float) * width);
                else memcpy(block + k * width, w, sizeof(float) * (size_t)rows);
                // The next block is on its way while this one is used.
                LSI_UNROLL for (int ahead = width; ahead < 2 * width; ahead += 16) __builtin_prefetch(w + ahead);
            }
            LSI_NAME(product)(rows, lanes, count, block, 1, width, gradient + (long)u * lanes, lanes, u > 0, NULL,
                              out + (long)i * lanes, lanes);
        }
}

// Samples and inputs to a block of a weight gradient.
enum { LSI_NAME(block_samples) = 64, LSI_NAME(block_inputs) = 64 };

// What some samples add to a weight gradient's columns from `i` on, of one block of inputs.
LSI_FUNCTION void LSI_NAME(add_samples)(const lsi_samples *part, int first, int count, int inputs, int i, int firstUnit,
                                        int lastUnit, float *sum) {
    // Samples by inputs, so that inputs lie side by side; the block stays in the first cache for all units.
    enum { width = LSI_NAME(block_inputs), height = 48 };
    _Alignas(64) float block[LSI_NAME(block_samples) * width], sums[height * width];
    const int columns = lsi_min(width, inputs - i), padded = (columns + 15) / 16 * 16, isWhole = columns == padded;
    const long lanes = part->lanes;
    const float *in = part->in + i * lanes + first;
    int column = 0;
    for (; column + LSI_LANES <= columns; column += LSI_LANES)
        for (int k = 0; k < count; k += LSI_LANES)
            LSI_NAME(transpose_square)(in + column * lanes + k, lanes, block + k * width + column, width);
    for (; column < padded; column++)
        for (int k = 0; k < count; k++) block[k * width + column] = column < columns ? in[column * lanes + k] : 0;
    for (int u = firstUnit; u < lastUnit; u += height) {
        const int units = lsi_min(height, lastUnit - u);
        float *target = sum + (long)u * inputs + i;
        LSI_NAME(product)(units, padded, count, part->gradient + u * lanes + first, lanes, 1, block, width, isWhole, NULL,
                          isWhole ? target : sums, isWhole ? inputs : width);
        // A whole vector would reach into the next row.
        if (!isWhole)
            for (int r = 0; r < units; r++)
                for (int c = 0; c < columns; c++) target[(long)r * inputs + c] += sums[r * width + c];
    }
}

LSI_FUNCTION void LSI_NAME(dense_weight_gradient)(const lsi_samples *parts, int32_t count, int32_t inputs,
                                                  int32_t firstUnit, int32_t lastUnit, float *sum) {
    for (int i = 0; i < inputs; i += LSI_NAME(block_inputs))
        for (const lsi_samples *part = parts; part < parts + count; part++)
            for (int k = 0; k < part->lanes; k += LSI_NAME(block_samples))
                LSI_NAME(add_samples)(part, k, lsi_min(LSI_NAME(block_samples), part->lanes - k), inputs, i, firstUnit,
                                      lastUnit, sum);
}
