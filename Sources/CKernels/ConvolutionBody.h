// Convolution and its weight gradient; included by KernelBody.h once per instruction set.

// `pixels` x `channels` outputs held in registers: the window's vectors are loaded once for all channels, its weights
// once for all pixels. `vectors` is the number of inputs in one window row, which lie side by side.
LSI_INLINE void LSI_NAME(tile)(const int pixels, const int channels, const float *in, long pixelPitch, long rowPitch,
                               int rows, int vectors, const float *weights, long weightRowPitch, long weightPitch,
                               const float *bias, float slope, float *out, long outPitch) {
    vec sum[16 * 2];
    LSI_UNROLL for (int o = 0; o < channels; o++) {
        vec start = LSI_NAME(splat)(bias ? bias[o] : 0);
        LSI_UNROLL for (int p = 0; p < pixels; p++) sum[p * channels + o] = start;
    }
    for (int r = 0; r < rows; r++) {
        const float *x = in + r * rowPitch;
        const float *w = weights + r * weightRowPitch;
        for (int j = 0; j < vectors; j++, x += 16, w += weightPitch) {
            vec value[12];
            LSI_UNROLL for (int p = 0; p < pixels; p++) value[p] = LSI_NAME(load)(x + p * pixelPitch);
            LSI_UNROLL for (int o = 0; o < channels; o++) {
                LSI_UNROLL for (int p = 0; p < pixels; p++) sum[p * channels + o] += value[p] * w[o];
            }
        }
    }
    LSI_UNROLL for (int p = 0; p < pixels; p++) {
        LSI_UNROLL for (int o = 0; o < channels; o++) {
            vec v = sum[p * channels + o];
            if (slope != 1) v = LSI_NAME(larger)(v, v * slope);
            LSI_NAME(store)(out + p * outPitch + o * 16, v);
        }
    }
}

#if LSI_REGISTERS == 32
#define LSI_WIDE 16
#define LSI_PIXELS_8 3
#define LSI_PIXELS_4 6
#define LSI_PIXELS_2 8
#define LSI_PIXELS_1 12
#else
#define LSI_WIDE 8
#define LSI_PIXELS_8 1
#define LSI_PIXELS_4 3
#define LSI_PIXELS_2 4
#define LSI_PIXELS_1 8
#endif

// Pixels x0 ..< x1 of one output row that all see the same window columns.
LSI_FUNCTION void LSI_NAME(row_part)(const int channels, int x0, int x1, const float *in, long pixelPitch,
                                     long rowPitch, int rows, int vectors, const float *weights, long weightRowPitch,
                                     long weightPitch, const float *bias, float slope, float *out, long outPitch) {
#define LSI_TILE(P, O)                                                                                                 \
    for (; x + P <= x1; x += P)                                                                                        \
    LSI_NAME(tile)(P, O, in + x * pixelPitch, pixelPitch, rowPitch, rows, vectors, weights, weightRowPitch,            \
                   weightPitch, bias, slope, out + x * outPitch, outPitch)
    int x = x0;
    switch (channels) {
#if LSI_REGISTERS == 32
    case 16: LSI_TILE(1, 16); break;
#endif
    case 8: LSI_TILE(LSI_PIXELS_8, 8); LSI_TILE(1, 8); break;
    case 4: LSI_TILE(LSI_PIXELS_4, 4); LSI_TILE(1, 4); break;
    case 2: LSI_TILE(LSI_PIXELS_2, 2); LSI_TILE(1, 2); break;
    default: LSI_TILE(LSI_PIXELS_1, 1); LSI_TILE(1, 1); break;
    }
#undef LSI_TILE
}

LSI_INLINE int LSI_NAME(minimum)(int a, int b) { return a < b ? a : b; }
LSI_INLINE int LSI_NAME(maximum)(int a, int b) { return a > b ? a : b; }

// Output positions that keep window index `tap` inside the input: `first ..< last`.
LSI_INLINE void LSI_NAME(valid)(int count, int extent, int stride, int offset, int *first, int *last) {
    // Smallest x with x * stride + offset >= 0, and one past the largest with x * stride + offset < extent.
    *first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    int span = extent - offset;
    *last = LSI_NAME(minimum)(count, span <= 0 ? 0 : (span + stride - 1) / stride);
    if (*first > *last) *first = *last;
}

LSI_FUNCTION void LSI_NAME(convolve)(const lsi_window *k, const float *in, const float *weights, const float *bias,
                                     float slope, float *out) {
    const long inPitch = (long)k->inChannels * 16, outPitch = (long)k->outChannels * 16 * k->outStride;
    const long weightPitch = k->outChannels, weightRow = (long)k->windowColumns * k->inChannels * k->outChannels;
    // Columns where the whole window lies inside.
    int inner0, inner1, ignored;
    LSI_NAME(valid)(k->columns, k->inColumns, k->inStride, k->originColumn, &inner0, &ignored);
    LSI_NAME(valid)(k->columns, k->inColumns, k->inStride, k->originColumn + k->windowColumns - 1, &ignored, &inner1);
    if (inner1 < inner0) inner1 = inner0;
    for (int part = 0; part < LSI_PARTS; part++) {
        const long shift = part * LSI_LANES;
        for (int y = 0; y < k->rows; y++) {
            const int top = y * k->inStride + k->originRow;
            const int r0 = LSI_NAME(maximum)(0, -top);
            const int r1 = LSI_NAME(minimum)(k->windowRows, k->inRows - top);
            const int rows = r1 > r0 ? r1 - r0 : 0;
            const float *rowIn = in + shift + (long)(top + r0) * k->inColumns * inPitch;
            float *rowOut =
                out + shift + ((long)(y * k->outStride + k->outRow) * k->outColumns + k->outColumn) * k->outChannels * 16;
            int channel = 0;
            while (channel < k->outChannels) {
                int width = LSI_WIDE;
                while (width > k->outChannels - channel) width /= 2;
                const float *b = bias ? bias + channel : NULL;
                const float *w = weights + r0 * weightRow + channel;
                float *o = rowOut + channel * 16;
                for (int x = 0; x < k->columns; x++) {
                    if (x == inner0 && inner1 > inner0) {
                        LSI_NAME(row_part)(width, inner0, inner1, rowIn + k->originColumn * inPitch,
                                           inPitch * k->inStride, k->inColumns * inPitch, rows,
                                           k->windowColumns * k->inChannels, w, weightRow, weightPitch, b, slope, o,
                                           outPitch);
                        x = inner1;
                        if (x >= k->columns) break;
                    }
                    const int left = x * k->inStride + k->originColumn;
                    const int c0 = LSI_NAME(maximum)(0, -left);
                    const int c1 = LSI_NAME(minimum)(k->windowColumns, k->inColumns - left);
                    const int columns = c1 > c0 ? c1 - c0 : 0;
                    LSI_NAME(row_part)(width, 0, 1, rowIn + (long)(left + c0) * inPitch, 0, k->inColumns * inPitch,
                                       columns > 0 ? rows : 0, columns * k->inChannels,
                                       w + (long)c0 * k->inChannels * weightPitch, weightRow, weightPitch, b, slope,
                                       o + x * outPitch, 0);
                }
                channel += width;
            }
        }
    }
}

// `inputs` x `outputs` accumulators in registers over a block of pixels.
LSI_INLINE void LSI_NAME(correlate_tile)(const int inputs, const int outputs, const float *in, long inPitch,
                                         long inRowPitch, const float *gradient, long gradientPitch,
                                         long gradientRowPitch, int rows, int columns, float *accumulators,
                                         long accumulatorPitch) {
    vec sum[16];
    LSI_UNROLL for (int i = 0; i < inputs; i++) {
        LSI_UNROLL for (int o = 0; o < outputs; o++)
            sum[i * outputs + o] = LSI_NAME(load)(accumulators + i * accumulatorPitch + o * 16);
    }
    for (int r = 0; r < rows; r++) {
        const float *x = in + r * inRowPitch, *g = gradient + r * gradientRowPitch;
        for (int c = 0; c < columns; c++, x += inPitch, g += gradientPitch) {
            vec value[8];
            LSI_UNROLL for (int i = 0; i < inputs; i++) value[i] = LSI_NAME(load)(x + i * 16);
            LSI_UNROLL for (int o = 0; o < outputs; o++) {
                vec slope = LSI_NAME(load)(g + o * 16);
                LSI_UNROLL for (int i = 0; i < inputs; i++) sum[i * outputs + o] += value[i] * slope;
            }
        }
    }
    LSI_UNROLL for (int i = 0; i < inputs; i++) {
        LSI_UNROLL for (int o = 0; o < outputs; o++)
            LSI_NAME(store)(accumulators + i * accumulatorPitch + o * 16, sum[i * outputs + o]);
    }
}

// All pairs of `inputs` neighbouring input vectors and the output channels over a block of pixels.
LSI_FUNCTION void LSI_NAME(correlate_block)(int inputs, int outputs, const float *in, long inPitch, long inRowPitch,
                                            const float *gradient, long gradientPitch, long gradientRowPitch, int rows,
                                            int columns, float *accumulators, long accumulatorPitch) {
#define LSI_TILE(I, O)                                                                                                 \
    for (; i + I <= inputs; i += I)                                                                                    \
    LSI_NAME(correlate_tile)(I, O, in + i * 16, inPitch, inRowPitch, gradient + o * 16, gradientPitch,                 \
                             gradientRowPitch, rows, columns, accumulators + i * accumulatorPitch + o * 16,            \
                             accumulatorPitch)
    if (rows <= 0 || columns <= 0) return;
    int o = 0;
#if LSI_REGISTERS == 32
    for (; o + 4 <= outputs; o += 4) {
        int i = 0;
        LSI_TILE(4, 4);
        LSI_TILE(3, 4);
        LSI_TILE(1, 4);
    }
#endif
    for (; o + 2 <= outputs; o += 2) {
        int i = 0;
        LSI_TILE(4, 2);
        LSI_TILE(1, 2);
    }
    for (; o < outputs; o++) {
        int i = 0;
        LSI_TILE(8, 1);
        LSI_TILE(4, 1);
        LSI_TILE(1, 1);
    }
#undef LSI_TILE
}

LSI_FUNCTION void LSI_NAME(correlate)(const lsi_window *k, const float *in, const float *gradient,
                                      float *accumulators) {
    const long inPitch = (long)k->inChannels * 16, inRow = k->inColumns * inPitch;
    const long outPitch = (long)k->outChannels * 16, outRow = k->outColumns * outPitch;
    const long pitch = outPitch;
    // Few input channels: neighbouring columns of the window fill the tile as well, where the whole window is inside.
    const int joined = k->inChannels < 4;
    int inner0, inner1, ignored;
    LSI_NAME(valid)(k->columns, k->inColumns, k->inStride, k->originColumn, &inner0, &ignored);
    LSI_NAME(valid)(k->columns, k->inColumns, k->inStride, k->originColumn + k->windowColumns - 1, &ignored, &inner1);
    if (inner1 < inner0) inner1 = inner0;
    // Rows of a block: about 16 kB of four input channels, so that they stay in the first cache for all taps.
    const int block = LSI_NAME(maximum)(1, 64 / k->columns);
    const int group = joined ? k->inChannels : 4;
    for (int part = 0; part < LSI_PARTS; part++) {
        const float *x = in + part * LSI_LANES;
        const float *g =
            gradient + part * LSI_LANES + ((long)k->outRow * k->outColumns + k->outColumn) * outPitch;
        float *a = accumulators + part * LSI_LANES;
        for (int y0 = 0; y0 < k->rows; y0 += block) {
            const int y1 = LSI_NAME(minimum)(k->rows, y0 + block);
            for (int i0 = 0; i0 < k->inChannels; i0 += group) {
                const int inputs = LSI_NAME(minimum)(group, k->inChannels - i0);
                for (int r = 0; r < k->windowRows; r++) {
                    int first, last;
                    LSI_NAME(valid)(k->rows, k->inRows, k->inStride, k->originRow + r, &first, &last);
                    first = LSI_NAME(maximum)(first, y0);
                    last = LSI_NAME(minimum)(last, y1);
                    if (last <= first) continue;
                    const float *xr = x + (long)(first * k->inStride + k->originRow + r) * inRow + i0 * 16;
                    const float *gr = g + (long)first * k->outStride * outRow;
                    float *ar = a + ((long)r * k->windowColumns * k->inChannels + i0) * pitch;
                    if (joined)
                        LSI_NAME(correlate_block)(k->windowColumns * k->inChannels, k->outChannels,
                                                  xr + (long)(inner0 * k->inStride + k->originColumn) * inPitch,
                                                  inPitch * k->inStride, inRow * k->inStride,
                                                  gr + (long)inner0 * k->outStride * outPitch, outPitch * k->outStride,
                                                  outRow * k->outStride, last - first, inner1 - inner0, ar, pitch);
                    for (int c = 0; c < k->windowColumns; c++) {
                        int left, right;
                        LSI_NAME(valid)(k->columns, k->inColumns, k->inStride, k->originColumn + c, &left, &right);
                        // With joined columns only the two edges are left: before and after the inner part.
                        const int ends[2][2] = {{left, joined ? LSI_NAME(minimum)(right, inner0) : right},
                                                {joined ? LSI_NAME(maximum)(left, inner1) : right, right}};
                        for (int e = 0; e < 2; e++) {
                            const int x0 = ends[e][0], x1 = ends[e][1];
                            if (x1 <= x0) continue;
                            LSI_NAME(correlate_block)(inputs, k->outChannels,
                                                      xr + (long)(x0 * k->inStride + k->originColumn + c) * inPitch,
                                                      inPitch * k->inStride, inRow * k->inStride,
                                                      gr + (long)x0 * k->outStride * outPitch, outPitch * k->outStride,
                                                      outRow * k->outStride, last - first, x1 - x0,
                                                      ar + (long)c * k->inChannels * pitch, pitch);
                        }
                    }
                }
            }
        }
    }
}

LSI_FUNCTION void LSI_NAME(sum_lanes)(const float *accumulators, int64_t count, float *out) {
    for (int64_t i = 0; i < count; i++) {
        vec sum = LSI_NAME(load)(accumulators + i * 16);
        LSI_UNROLL for (int part = 1; part < LSI_PARTS; part++)
            sum += LSI_NAME(load)(accumulators + i * 16 + part * LSI_LANES);
        out[i] += LSI_NAME(total)(sum);
    }
}

#undef LSI_WIDE
#undef LSI_PIXELS_8
#undef LSI_PIXELS_4
#undef LSI_PIXELS_2
#undef LSI_PIXELS_1
