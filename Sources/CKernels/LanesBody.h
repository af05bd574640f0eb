// Samples one after the other, and side by side; included by KernelBody.h once per instruction set.

// Numbers of two vectors' first halves, one of each in turn, and of their second halves.
#if LSI_LANES == 16
#define LSI_ZIP_LOW(a, b)                                                                                              \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define LSI_ZIP_HIGH(a, b)                                                                                             \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#elif LSI_LANES == 8
#define LSI_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define LSI_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LSI_ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define LSI_ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

// Riffling the rows of a square like the halves of a pack of cards, once for each factor of two, makes them columns.
LSI_INLINE void LSI_NAME(transpose)(vec row[LSI_LANES]) {
    vec mixed[LSI_LANES];
    LSI_UNROLL for (int factor = 2; factor <= LSI_LANES; factor *= 2) {
        LSI_UNROLL for (int i = 0; i < LSI_LANES / 2; i++) {
            mixed[2 * i] = LSI_ZIP_LOW(row[i], row[i + LSI_LANES / 2]);
            mixed[2 * i + 1] = LSI_ZIP_HIGH(row[i], row[i + LSI_LANES / 2]);
        }
        LSI_UNROLL for (int i = 0; i < LSI_LANES; i++) row[i] = mixed[i];
    }
}
#undef LSI_ZIP_LOW
#undef LSI_ZIP_HIGH

LSI_INLINE void LSI_NAME(transpose_square)(const float *in, long inPitch, float *out, long outPitch) {
    vec row[LSI_LANES];
    LSI_UNROLL for (int i = 0; i < LSI_LANES; i++) row[i] = LSI_NAME(load)(in + i * inPitch);
    LSI_NAME(transpose)(row);
    LSI_UNROLL for (int i = 0; i < LSI_LANES; i++) LSI_NAME(store)(out + i * outPitch, row[i]);
}

// A square of numbers from i on, of LSI_LANES samples from `first` on.
LSI_INLINE void LSI_NAME(interleave_square)(const float *const *floats, const uint8_t *const *bytes, int64_t i, int first,
                                            float *out, int64_t pitch) {
    vec row[LSI_LANES];
    LSI_UNROLL for (int s = 0; s < LSI_LANES; s++) {
        if (floats) row[s] = floats[first + s] ? LSI_NAME(load_anywhere)(floats[first + s] + i) : LSI_NAME(splat)(0);
        else if (bytes[first + s]) {
            LSI_NAME(bytes) values;
            memcpy(&values, bytes[first + s] + i, sizeof values);
            row[s] = __builtin_convertvector(values, vec);
        } else row[s] = LSI_NAME(splat)(0);
    }
    LSI_NAME(transpose)(row);
    LSI_UNROLL for (int k = 0; k < LSI_LANES; k++) LSI_NAME(store)(out + (i + k) * pitch + first, row[k]);
}

LSI_INLINE void LSI_NAME(interleave_rows)(const float *const *floats, const uint8_t *const *bytes, int64_t count,
                                          float *out, int64_t pitch) {
    int64_t i = 0;
    for (; i + LSI_LANES <= count; i += LSI_LANES)
        for (int first = 0; first < 16; first += LSI_LANES)
            LSI_NAME(interleave_square)(floats, bytes, i, first, out, pitch);
    for (; i < count; i++)
        for (int s = 0; s < 16; s++)
            out[i * pitch + s] = floats ? (floats[s] ? floats[s][i] : 0) : bytes[s] ? bytes[s][i] : 0;
}

LSI_FUNCTION void LSI_NAME(interleave)(const float *const *rows, int64_t count, float *out, int64_t pitch) {
    LSI_NAME(interleave_rows)(rows, NULL, count, out, pitch);
}

LSI_FUNCTION void LSI_NAME(interleave_bytes)(const uint8_t *const *rows, int64_t count, float *out, int64_t pitch) {
    LSI_NAME(interleave_rows)(NULL, rows, count, out, pitch);
}

LSI_FUNCTION void LSI_NAME(separate)(const float *in, int64_t pitch, int64_t count, float *const *rows) {
    int64_t i = 0;
    for (; i + LSI_LANES <= count; i += LSI_LANES)
        for (int first = 0; first < 16; first += LSI_LANES) {
            vec row[LSI_LANES];
            LSI_UNROLL for (int k = 0; k < LSI_LANES; k++) row[k] = LSI_NAME(load)(in + (i + k) * pitch + first);
            LSI_NAME(transpose)(row);
            LSI_UNROLL for (int s = 0; s < LSI_LANES; s++)
                if (rows[first + s]) LSI_NAME(store_anywhere)(rows[first + s] + i, row[s]);
        }
    for (; i < count; i++)
        for (int s = 0; s < 16; s++)
            if (rows[s]) rows[s][i] = in[i * pitch + s];
}
