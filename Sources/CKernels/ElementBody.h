// Elementwise and per-channel kernels; included by KernelBody.h once per instruction set.

#define LSI_FOR_CHANNELS                                                                                               \
    for (int64_t pixel = 0; pixel < pixels; pixel++)                                                                   \
        for (int32_t c = 0; c < channels; c++)                                                                         \
            for (long l = 0, i = ((long)pixel * channels + c) * 16; l < 16; l += LSI_LANES, i += LSI_LANES)

LSI_INLINE void LSI_NAME(accumulate)(float *p, vec v) { LSI_NAME(store)(p, LSI_NAME(load)(p) + v); }

// g where the rectifier's output is positive, slope * g elsewhere.
LSI_INLINE vec LSI_NAME(behind_leaky)(vec g, vec y, float slope) {
    return LSI_NAME(select)(y > 0, g, g * slope);
}

LSI_FUNCTION void LSI_NAME(channel_sums)(const float *x, int64_t pixels, int32_t channels, float *sums) {
    LSI_FOR_CHANNELS LSI_NAME(accumulate)(sums + c * 16 + l, LSI_NAME(load)(x + i));
}

LSI_FUNCTION void LSI_NAME(leaky_gradient)(const float *y, float slope, int64_t pixels, int32_t channels,
                                           float *gradient, float *sums) {
    if (slope == 1) {
        if (sums) LSI_NAME(channel_sums)(gradient, pixels, channels, sums);
        return;
    }
    LSI_FOR_CHANNELS {
        vec g = LSI_NAME(behind_leaky)(LSI_NAME(load)(gradient + i), LSI_NAME(load)(y + i), slope);
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

LSI_FUNCTION void LSI_NAME(channel_products)(const float *g, const float *y, float slope, const float *x,
                                             const float *centre, int64_t pixels, int32_t channels, float *sums,
                                             float *products) {
    LSI_FOR_CHANNELS {
        vec v = LSI_NAME(behind_leaky)(LSI_NAME(load)(g + i), LSI_NAME(load)(y + i), slope);
        LSI_NAME(accumulate)(sums + c * 16 + l, v);
        LSI_NAME(accumulate)(products + c * 16 + l, v * (LSI_NAME(load)(x + i) - centre[c]));
    }
}

LSI_FUNCTION void LSI_NAME(combine)(const float *g, const float *y, float slope, const float *x, const float *a,
                                    const float *b, const float *c0, const float *mask, int64_t pixels,
                                    int32_t channels, float *out) {
    LSI_FOR_CHANNELS {
        vec v = LSI_NAME(behind_leaky)(LSI_NAME(load)(g + i), LSI_NAME(load)(y + i), slope);
        v = v * a[c] + LSI_NAME(load)(x + i) * b[c] + c0[c];
        LSI_NAME(store)(out + i, v * LSI_NAME(load_anywhere)(mask + l));
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

// Pooled pixels of an image, their channels and their vectors: `at` in the pooled image, `corner` in the image. `size` is
// that of the windows; where the compiler knows it nothing is divided.
#define LSI_FOR_POOLED                                                                                                 \
    const long pitch = (long)k->channels * 16;                                                                         \
    for (int32_t row = 0; row < k->rows / size; row++)                                                                 \
        for (int32_t column = 0; column < k->columns / size; column++)                                                 \
            for (int32_t c = 0; c < k->channels; c++)                                                                  \
                for (long l = 0, at = ((long)row * (k->columns / size) + column) * pitch + c * 16,                     \
                          corner = ((long)row * k->columns + column) * size * pitch + c * 16;                          \
                     l < 16; l += LSI_LANES, at += LSI_LANES, corner += LSI_LANES)
#define LSI_CORNER(p) (corner + ((long)((p) / size) * k->columns + (p) % size) * pitch)

LSI_INLINE void LSI_NAME(pool_by)(const int size, const lsi_pooling *k, const float *x, const float *scale,
                                  const float *shift, float slope, float *y, float *chosen, uint8_t *choice) {
    LSI_FOR_POOLED {
        const float a = scale ? scale[c] : 1, b = scale ? shift[c] : 0;
        vec value = LSI_NAME(load)(x + corner), best = value * a + b;
        ivec place = {};
        for (int32_t p = 1; p < size * size; p++) {
            vec other = LSI_NAME(load)(x + LSI_CORNER(p)), candidate = other * a + b;
            ivec better = candidate > best;
            best = LSI_NAME(select)(better, candidate, best);
            value = LSI_NAME(select)(better, other, value);
            place = (better & p) | (~better & place);
        }
        // Rectifiers keep the order.
        LSI_NAME(store)(y + at, LSI_NAME(larger)(best, best * slope));
        if (chosen) LSI_NAME(store)(chosen + at, value);
        *(LSI_NAME(bytes) *)(choice + at) = __builtin_convertvector(place, LSI_NAME(bytes));
    }
}

LSI_INLINE void LSI_NAME(unpool_by)(const int size, const lsi_pooling *k, const float *g, const float *y, float slope,
                                    const uint8_t *choice, float *sums, float *out) {
    if (k->rows % size || k->columns % size)
        memset(out, 0, sizeof(float) * (size_t)k->rows * (size_t)k->columns * (size_t)k->channels * 16);
    LSI_FOR_POOLED {
        const vec v = LSI_NAME(behind_leaky)(LSI_NAME(load)(g + at), LSI_NAME(load)(y + at), slope);
        if (sums) LSI_NAME(accumulate)(sums + c * 16 + l, v);
        const ivec place = __builtin_convertvector(*(const LSI_NAME(bytes) *)(choice + at), ivec);
        for (int32_t p = 0; p < size * size; p++)
            LSI_NAME(store)(out + LSI_CORNER(p), (vec)((ivec)v & (place == p)));
    }
}

LSI_INLINE void LSI_NAME(combine_pooled_by)(const int size, const lsi_pooling *k, const float *g, const float *y,
                                            float slope, const uint8_t *choice, const float *x, const float *a,
                                            const float *b, const float *c0, const float *mask, float *out) {
    LSI_FOR_POOLED {
        const vec v = LSI_NAME(behind_leaky)(LSI_NAME(load)(g + at), LSI_NAME(load)(y + at), slope) * a[c];
        const vec m = LSI_NAME(load_anywhere)(mask + l);
        const ivec place = __builtin_convertvector(*(const LSI_NAME(bytes) *)(choice + at), ivec);
        for (int32_t p = 0; p < size * size; p++) {
            const long i = LSI_CORNER(p);
            const vec through = (vec)((ivec)v & (place == p));
            LSI_NAME(store)(out + i, (through + LSI_NAME(load)(x + i) * b[c] + c0[c]) * m);
        }
    }
    // Pixels past the last whole window count in the means, though nothing comes through them.
    for (int32_t row = 0; row < k->rows; row++)
        for (int32_t column = row < k->rows / size * size ? k->columns / size * size : 0;
             column < k->columns; column++)
            for (int32_t c = 0; c < k->channels; c++)
                for (long l = 0, i = ((long)row * k->columns + column) * k->channels * 16 + c * 16; l < 16;
                     l += LSI_LANES, i += LSI_LANES)
                    LSI_NAME(store)(out + i,
                                    (LSI_NAME(load)(x + i) * b[c] + c0[c]) * LSI_NAME(load_anywhere)(mask + l));
}

#define LSI_BY_SIZE(name, ...)                                                                                         \
    {                                                                                                                  \
        if (k->size == 2) LSI_NAME(name##_by)(2, __VA_ARGS__);                                                         \
        else LSI_NAME(name##_by)(k->size, __VA_ARGS__);                                                                \
    }

LSI_FUNCTION void LSI_NAME(pool)(const lsi_pooling *k, const float *x, const float *scale, const float *shift,
                                 float slope, float *y, float *chosen, uint8_t *choice)
LSI_BY_SIZE(pool, k, x, scale, shift, slope, y, chosen, choice)

LSI_FUNCTION void LSI_NAME(unpool)(const lsi_pooling *k, const float *g, const float *y, float slope,
                                   const uint8_t *choice, float *sums, float *out)
LSI_BY_SIZE(unpool, k, g, y, slope, choice, sums, out)

LSI_FUNCTION void LSI_NAME(combine_pooled)(const lsi_pooling *k, const float *g, const float *y, float slope,
                                           const uint8_t *choice, const float *x, const float *a, const float *b,
                                           const float *c0, const float *mask, float *out)
LSI_BY_SIZE(combine_pooled, k, g, y, slope, choice, x, a, b, c0, mask, out)

#undef LSI_BY_SIZE
#undef LSI_FOR_POOLED
#undef LSI_CORNER

#undef LSI_FOR_CHANNELS
