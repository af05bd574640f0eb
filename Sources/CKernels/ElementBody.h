// Elementwise and per-channel kernels; included by KernelBody.h once per instruction set.

#define LSI_FOR_CHANNELS                                                                                               \
    for (int64_t pixel = 0; pixel < pixels; pixel++)                                                                   \
        for (int32_t c = 0; c < channels; c++)                                                                         \
            for (long l = 0, i = ((long)pixel * channels + c) * 16; l < 16; l += LSI_LANES, i += LSI_LANES)

LSI_INLINE void LSI_NAME(accumulate)(float *p, vec v) { LSI_NAME(store)(p, LSI_NAME(load)(p) + v); }

LSI_FUNCTION void LSI_NAME(channel_sums)(const float *x, int64_t pixels, int32_t channels, float *sums) {
    LSI_FOR_CHANNELS LSI_NAME(accumulate)(sums + c * 16 + l, LSI_NAME(load)(x + i));
}

LSI_FUNCTION void LSI_NAME(leaky_gradient)(const float *y, float slope, int64_t pixels, int32_t channels,
                                           float *gradient, float *sums) {
    const vec slopes = LSI_NAME(splat)(slope), ones = LSI_NAME(splat)(1);
    if (slope == 1) {
        if (sums) LSI_NAME(channel_sums)(gradient, pixels, channels, sums);
        return;
    }
    LSI_FOR_CHANNELS {
        vec g = LSI_NAME(load)(gradient + i) * LSI_NAME(select)(LSI_NAME(load)(y + i) > 0, ones, slopes);
        LSI_NAME(store)(gradient + i, g);
        if (sums) LSI_NAME(accumulate)(sums + c * 16 + l, g);
    }
}

LSI_FUNCTION void LSI_NAME(channel_moments)(const float *x, const float *centre, const float *mask, int64_t pixels,
                                            int32_t channels, float *sums, float *squares) {
    LSI_FOR_CHANNELS {
        vec m = LSI_NAME(load_anywhere)(mask + l), v = (LSI_NAME(load)(x + i) - centre[c]) * m;
        LSI_NAME(accumulate)(sums + c * 16 + l, v);
        LSI_NAME(accumulate)(squares + c * 16 + l, v * v);
    }
}

LSI_FUNCTION void LSI_NAME(scale_shift)(const float *x, const float *scale, const float *shift, float slope,
                                        int64_t pixels, int32_t channels, float *y) {
    LSI_FOR_CHANNELS {
        vec v = LSI_NAME(load)(x + i) * scale[c] + shift[c];
        LSI_NAME(store)(y + i, LSI_NAME(larger)(v, v * slope));
    }
}

LSI_FUNCTION void LSI_NAME(channel_products)(const float *g, const float *x, const float *centre, int64_t pixels,
                                             int32_t channels, float *sums, float *products) {
    LSI_FOR_CHANNELS {
        vec v = LSI_NAME(load)(g + i);
        LSI_NAME(accumulate)(sums + c * 16 + l, v);
        LSI_NAME(accumulate)(products + c * 16 + l, v * (LSI_NAME(load)(x + i) - centre[c]));
    }
}

LSI_FUNCTION void LSI_NAME(combine)(const float *x, const float *a, const float *b, const float *c0, const float *mask,
                                    int64_t pixels, int32_t channels, float *g) {
    LSI_FOR_CHANNELS {
        vec v = LSI_NAME(load)(g + i) * a[c] + LSI_NAME(load)(x + i) * b[c] + c0[c];
        LSI_NAME(store)(g + i, v * LSI_NAME(load_anywhere)(mask + l));
    }
}

LSI_FUNCTION void LSI_NAME(leaky)(const float *x, float slope, int64_t count, float *y) {
    for (int64_t i = 0; i < count; i += LSI_LANES) {
        vec v = LSI_NAME(load)(x + i);
        LSI_NAME(store)(y + i, LSI_NAME(larger)(v, v * slope));
    }
}

LSI_FUNCTION void LSI_NAME(sum_rows)(const float *x, int64_t rows, int64_t lanes, float *out) {
    for (int64_t row = 0; row < rows; row++) {
        vec sum = LSI_NAME(splat)(0);
        for (int64_t l = 0; l < lanes; l += LSI_LANES) sum += LSI_NAME(load)(x + row * lanes + l);
        out[row] += LSI_NAME(total)(sum);
    }
}

LSI_FUNCTION void LSI_NAME(add)(const float *x, int64_t count, float *y) {
    for (int64_t i = 0; i < count; i += LSI_LANES) LSI_NAME(accumulate)(y + i, LSI_NAME(load)(x + i));
}

LSI_FUNCTION void LSI_NAME(max_pool)(const float *x, int32_t rows, int32_t columns, int32_t channels, int32_t size,
                                     float *y) {
    const int32_t outRows = rows / size, outColumns = columns / size;
    const long pitch = (long)channels * 16;
    for (int32_t r = 0; r < outRows; r++)
        for (int32_t c = 0; c < outColumns; c++)
            for (long i = 0; i < pitch; i += LSI_LANES) {
                const float *corner = x + ((long)r * size * columns + (long)c * size) * pitch + i;
                vec best = LSI_NAME(load)(corner);
                for (int32_t p = 1; p < size * size; p++)
                    best = LSI_NAME(larger)(LSI_NAME(load)(corner + ((long)(p / size) * columns + p % size) * pitch), best);
                LSI_NAME(store)(y + ((long)r * outColumns + c) * pitch + i, best);
            }
}

LSI_FUNCTION void LSI_NAME(max_pool_gradient)(const float *x, const float *y, const float *gradient, int32_t rows,
                                              int32_t columns, int32_t channels, int32_t size, float *inputGradient) {
    const int32_t outRows = rows / size, outColumns = columns / size;
    const long pitch = (long)channels * 16;
    const vec zero = LSI_NAME(splat)(0);
    if (outRows * size < rows || outColumns * size < columns)
        memset(inputGradient, 0, sizeof(float) * (size_t)rows * (size_t)columns * (size_t)pitch);
    for (int32_t r = 0; r < outRows; r++)
        for (int32_t c = 0; c < outColumns; c++)
            for (long i = 0; i < pitch; i += LSI_LANES) {
                const long at = ((long)r * outColumns + c) * pitch + i;
                const long corner = ((long)r * size * columns + (long)c * size) * pitch + i;
                vec best = LSI_NAME(load)(y + at), g = LSI_NAME(load)(gradient + at);
                // Among equals the first takes the whole gradient.
                for (int32_t p = 0; p < size * size; p++) {
                    const long here = corner + ((long)(p / size) * columns + p % size) * pitch;
                    ivec taken = LSI_NAME(load)(x + here) == best;
                    LSI_NAME(store)(inputGradient + here, LSI_NAME(select)(taken, g, zero));
                    g = LSI_NAME(select)(taken, zero, g);
                }
            }
}

#undef LSI_FOR_CHANNELS
