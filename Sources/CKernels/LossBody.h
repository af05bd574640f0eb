// Losses, the sigmoid, the optimizer and the peak measurement; included by KernelBody.h once per instruction set.

// exp(x) for x <= 0, relative error below 2e-7: 2^n times a polynomial in |r| <= ln(2)/2 (Taylor to degree 7).
LSI_INLINE vec LSI_NAME(exponential)(vec x) {
    x = LSI_NAME(larger)(x, LSI_NAME(splat)(-87));
    ivec n = __builtin_convertvector(x * 1.44269504f - 0.5f, ivec);
    vec whole = __builtin_convertvector(n, vec);
    vec r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    vec p = r * (1.f / 5040) + 1.f / 720;
    p = p * r + 1.f / 120;
    p = p * r + 1.f / 24;
    p = p * r + 1.f / 6;
    p = p * r + 0.5f;
    p = p * r + 1.f;
    p = p * r + 1.f;
    return p * (vec)((n + 127) << 23);
}

// ln(1 + e) for 0 <= e <= 1 through atanh: ln(1 + e) = 2 atanh(s), s = e / (2 + e) <= 1/3; error below 1e-7.
LSI_INLINE vec LSI_NAME(logarithm_above_one)(vec e) {
    vec s = e / (e + 2.f), q = s * s;
    vec p = q * (2.f / 15) + 2.f / 13;
    p = p * q + 2.f / 11;
    p = p * q + 2.f / 9;
    p = p * q + 2.f / 7;
    p = p * q + 2.f / 5;
    p = p * q + 2.f / 3;
    p = p * q + 2.f;
    return p * s;
}

LSI_INLINE vec LSI_NAME(logistic)(vec x, vec *tail) {
    vec magnitude = LSI_NAME(larger)(x, -x);
    vec e = LSI_NAME(exponential)(-magnitude);
    *tail = e;
    vec positive = 1.f / (e + 1.f);
    return LSI_NAME(select)(x >= 0, positive, e * positive);
}

LSI_FUNCTION void LSI_NAME(sigmoid)(const float *x, int64_t count, float *y) {
    for (int64_t i = 0; i < count; i += LSI_LANES) {
        vec tail;
        LSI_NAME(store)(y + i, LSI_NAME(logistic)(LSI_NAME(load)(x + i), &tail));
    }
}

// Sums run in single precision over 64 elements, then in double.
LSI_FUNCTION double LSI_NAME(cross_entropy)(const float *logits, const float *targets, const float *weights,
                                            const float *mask, float scale, int64_t elements, float *gradient) {
    double loss = 0;
    const vec zero = LSI_NAME(splat)(0);
    for (int64_t start = 0; start < elements; start += 64) {
        const int64_t end = start + 64 < elements ? start + 64 : elements;
        vec sum = zero;
        for (int64_t e = start; e < end; e++)
            for (long l = 0; l < 16; l += LSI_LANES) {
                const long i = e * 16 + l;
                vec x = LSI_NAME(load)(logits + i), t = LSI_NAME(load)(targets + i), tail;
                vec weight = LSI_NAME(load_anywhere)(mask + l) * weights[e];
                vec s = LSI_NAME(logistic)(x, &tail);
                sum += weight * (LSI_NAME(larger)(x, zero) - x * t + LSI_NAME(logarithm_above_one)(tail));
                LSI_NAME(store)(gradient + i, weight * scale * (s - t));
            }
        loss += LSI_NAME(total)(sum);
    }
    return loss;
}

LSI_FUNCTION double LSI_NAME(squared_error)(const float *x, const float *targets, const float *weights,
                                            const float *mask, float scale, int64_t elements, float *gradient) {
    double loss = 0;
    for (int64_t start = 0; start < elements; start += 64) {
        const int64_t end = start + 64 < elements ? start + 64 : elements;
        vec sum = LSI_NAME(splat)(0);
        for (int64_t e = start; e < end; e++)
            for (long l = 0; l < 16; l += LSI_LANES) {
                const long i = e * 16 + l;
                vec difference = LSI_NAME(load)(x + i) - LSI_NAME(load)(targets + i);
                vec weighted = LSI_NAME(load_anywhere)(mask + l) * weights[e] * difference;
                sum += weighted * difference;
                LSI_NAME(store)(gradient + i, 2 * scale * weighted);
            }
        loss += LSI_NAME(total)(sum);
    }
    return loss;
}

LSI_FUNCTION void LSI_NAME(adam)(float *weights, float *g0, float *g1, float *m, float *v, int64_t count, float factor,
                                 float rate, float beta1, float beta2, float correction1, float correction2,
                                 float epsilon, float decay) {
#define LSI_STEP(T, at, root)                                                                                          \
    do {                                                                                                               \
        T *w = (T *)(weights + at), *a = (T *)(g0 + at), *first = (T *)(m + at), *second = (T *)(v + at);              \
        T g = *a;                                                                                                      \
        *a = (T){0};                                                                                                   \
        if (g1) {                                                                                                      \
            T *b = (T *)(g1 + at);                                                                                     \
            g += *b;                                                                                                   \
            *b = (T){0};                                                                                               \
        }                                                                                                              \
        g *= factor;                                                                                                   \
        *first += (1 - beta1) * (g - *first);                                                                          \
        *second += (1 - beta2) * (g * g - *second);                                                                    \
        *w -= rate * (*first * correction1 / (root(*second * correction2) + epsilon) + decay * *w);                    \
    } while (0)
    int64_t i = 0;
    for (; i + LSI_LANES <= count; i += LSI_LANES) LSI_STEP(LSI_NAME(anywhere), i, __builtin_elementwise_sqrt);
    for (; i < count; i++) LSI_STEP(float, i, sqrtf);
#undef LSI_STEP
}

LSI_FUNCTION double LSI_NAME(squared_norm)(const float *g0, const float *g1, int64_t count) {
    double norm = 0;
    int64_t i = 0;
    for (; i + 256 <= count; i += 256) {
        vec partial = LSI_NAME(splat)(0);
        for (int64_t j = i; j < i + 256; j += LSI_LANES) {
            vec g = LSI_NAME(load_anywhere)(g0 + j);
            if (g1) g += LSI_NAME(load_anywhere)(g1 + j);
            partial += g * g;
        }
        norm += LSI_NAME(total)(partial);
    }
    for (; i < count; i++) {
        const float g = g0[i] + (g1 ? g1[i] : 0);
        norm += (double)g * g;
    }
    return norm;
}

LSI_FUNCTION int64_t LSI_NAME(multiply_add_rounds)(int64_t rounds, float *sink) {
    vec sum[12];
    const vec factor = LSI_NAME(splat)(0.999f), term = LSI_NAME(splat)(*sink);
    LSI_UNROLL for (int i = 0; i < 12; i++) sum[i] = LSI_NAME(splat)((float)i);
    for (int64_t round = 0; round < rounds; round++)
        LSI_UNROLL for (int i = 0; i < 12; i++) sum[i] = sum[i] * factor + term;
    LSI_UNROLL for (int i = 0; i < 12; i++) *sink += LSI_NAME(total)(sum[i]);
    return 12 * 2 * LSI_LANES;
}
