// Convolution and its weight gradient; included by KernelBody.h once per instruction set.
//
// Both copy what they read into rows of one vector part side by side, with zeros where windows leave the image at its
// sides: all pixels of a row then take the same path, and neighbours in the cache are neighbours in use.

// A row of the image as windows see it: packed column j is column `first + j`. `packed`: [part][width][count][lanes].
LSI_FUNCTION void LSI_NAME(pack_row)(const float *row, int columns, long pitch, int first, int width, int count,
                                     float *packed) {
    const int left = lsi_min(width, lsi_max(0, -first));
    const int right = lsi_max(left, lsi_min(width, columns - first));
    const long size = (long)count * LSI_LANES;
    for (int part = 0; part < LSI_PARTS; part++, packed += width * size) {
        memset(packed, 0, sizeof(float) * (size_t)(left * size));
        // Whole pixels of one part lie as they should.
        if (LSI_PARTS == 1 && size == pitch)
            memcpy(packed + left * size, row + (first + left) * pitch, sizeof(float) * (size_t)((right - left) * size));
        else for (int j = left; j < right; j++) {
            const float *x = row + (first + j) * pitch + part * LSI_LANES;
            for (int c = 0; c < count; c++) LSI_NAME(store)(packed + j * size + c * LSI_LANES, LSI_NAME(load)(x + c * 16));
        }
        memset(packed + right * size, 0, sizeof(float) * (size_t)((width - right) * size));
    }
}

// `pixels` x `channels` outputs held in registers: the window's vectors are loaded once for all channels, its weights
// once for all pixels. Row r of the window stands at slot (slot + r) modulo `slots`; `vectors` in one of its rows.
LSI_INLINE void LSI_NAME(tile)(const int pixels, const int channels, const float *in, long pixelPitch, long slotPitch,
                               int slot, int slots, int rows, int vectors, const float *weights, long weightPitch,
                               const float *bias, float slope, float *out, long outPitch) {
    vec sum[16 * 2];
    LSI_UNROLL for (int o = 0; o < channels; o++) {
        vec start = LSI_NAME(splat)(bias ? bias[o] : 0);
        LSI_UNROLL for (int p = 0; p < pixels; p++) sum[p * channels + o] = start;
    }
    for (int r = 0; r < rows; r++) {
        const float *x = in + slot * slotPitch;
        slot = slot + 1 == slots ? 0 : slot + 1;
        for (int j = 0; j < vectors; j++, x += LSI_LANES, weights += weightPitch) {
            // What there are fewer of stays in registers, pixels or weights.
            if (pixels < channels) {
                vec value[4];
                LSI_UNROLL for (int p = 0; p < pixels; p++) value[p] = LSI_NAME(load)(x + p * pixelPitch);
                LSI_UNROLL for (int o = 0; o < channels; o++) {
                    const vec weight = LSI_NAME(splat)(weights[o]);
                    LSI_UNROLL for (int p = 0; p < pixels; p++) sum[p * channels + o] += value[p] * weight;
                }
            } else {
                LSI_UNROLL for (int p = 0; p < pixels; p++) {
                    const vec value = LSI_NAME(load)(x + p * pixelPitch);
                    LSI_UNROLL for (int o = 0; o < channels; o++) sum[p * channels + o] += value * weights[o];
                }
            }
        }
    }
    if (slope != 1)
        LSI_UNROLL for (int n = 0; n < pixels * channels; n++) sum[n] = LSI_NAME(larger)(sum[n], sum[n] * slope);
    LSI_UNROLL for (int p = 0; p < pixels; p++)
        LSI_UNROLL for (int o = 0; o < channels; o++)
            LSI_NAME(store)(out + p * outPitch + o * 16, sum[p * channels + o]);
}

#if LSI_REGISTERS == 32
#define LSI_WIDE 16
#define LSI_WIDE_SHORT 16
#define LSI_GROUP LSI_MANY_CHANNELS
#else
#define LSI_WIDE 2
#define LSI_WIDE_SHORT 4
#define LSI_GROUP LSI_FEW_CHANNELS
#endif

// All pixels of one output row, `channels` channels.
LSI_FUNCTION void LSI_NAME(row_part)(const int channels, int count, const float *in, long pixelPitch, long slotPitch,
                                     int slot, int slots, int rows, int vectors, const float *weights,
                                     long weightPitch, const float *bias, float slope, float *out, long outPitch) {
#define LSI_TILE_AT(P, O)                                                                                              \
    LSI_NAME(tile)(P, O, in + x * pixelPitch, pixelPitch, slotPitch, slot, slots, rows, vectors, weights, weightPitch, \
                   bias, slope, out + x * outPitch, outPitch)
#define LSI_TILE(P, O)                                                                                                 \
    for (; x + P <= count; x += P) LSI_TILE_AT(P, O)
// A tile that does not fit any more is moved back, over pixels that are done: one pixel alone would wait for itself. What
// is left must be less than a tile.
#define LSI_LAST(P, O)                                                                                                 \
    if (x < count && count >= P) {                                                                                     \
        x = count - P;                                                                                                 \
        LSI_TILE(P, O);                                                                                                \
    }
    int x = 0;
    switch (channels) {
#if LSI_REGISTERS == 32
    case 16: LSI_TILE(1, 16); break;
    case 8: LSI_TILE(3, 8); LSI_LAST(2, 8); LSI_TILE(1, 8); break;
    case 4: LSI_TILE(6, 4); LSI_TILE(4, 4); LSI_LAST(4, 4); LSI_TILE(1, 4); break;
    case 2: LSI_TILE(8, 2); LSI_LAST(8, 2); LSI_TILE(1, 2); break;
#else
    case 4: LSI_TILE(2, 4); LSI_TILE(1, 4); break;
    case 2:
        // Seven and eight are better two tiles of four than six and a rest.
        while (count - x >= 6 && count - x != 7 && count - x != 8) {
            LSI_TILE_AT(6, 2);
            x += 6;
        }
        LSI_TILE(4, 2);
        LSI_LAST(4, 2);
        LSI_TILE(1, 2);
        break;
#endif
    default: LSI_TILE(12, 1); LSI_TILE(8, 1); LSI_LAST(8, 1); LSI_TILE(1, 1); break;
    }
#undef LSI_TILE
#undef LSI_LAST
#undef LSI_TILE_AT
}

// A row of the image at the points of its tiles: `atPoints` `[part][point][tile][count][lanes]`.
LSI_INLINE void LSI_NAME(row_at)(const int points, const float *row, int columns, long pitch, int first, int step,
                                 int tiles, int count, float *atPoints) {
    const long size = (long)tiles * count * LSI_LANES;
    for (int part = 0; part < LSI_PARTS; part++, atPoints += points * size)
        for (int t = 0; t < tiles; t++)
            for (int c = 0; c < count; c++) {
                const int column = first + t * step;
                const float *x = row + column * pitch + c * 16 + part * LSI_LANES;
                vec d[LSI_MOST_POINTS], values[LSI_MOST_POINTS];
                if (column >= 0 && column + points <= columns) {
                    LSI_UNROLL for (int j = 0; j < points; j++) d[j] = LSI_NAME(load)(x + j * pitch);
                } else {
                    LSI_UNROLL for (int j = 0; j < points; j++)
                        d[j] = column + j >= 0 && column + j < columns ? LSI_NAME(load)(x + j * pitch) : (vec){};
                }
                LSI_NAME(input_at_points)(points, d, values);
                LSI_UNROLL for (int p = 0; p < points; p++)
                    LSI_NAME(store)(atPoints + p * size + ((long)t * count + c) * LSI_LANES, values[p]);
            }
}

LSI_FUNCTION void LSI_NAME(row_at_points)(int points, const float *row, int columns, long pitch, int first, int step,
                                          int tiles, int count, float *atPoints) {
    if (points == 6) LSI_NAME(row_at)(6, row, columns, pitch, first, step, tiles, count, atPoints);
    else LSI_NAME(row_at)(8, row, columns, pitch, first, step, tiles, count, atPoints);
}

// Outputs of a row of tiles from their values at the points, `[point][tile][channel][16]`.
LSI_INLINE void LSI_NAME(row_from)(const int points, const int step, const float *atPoints, int tiles, int columns,
                                   int channels, const float *bias, float slope, float *out, long outPitch) {
    const long size = (long)tiles * channels * 16;
    for (int t = 0; t < tiles; t++)
        for (int c = 0; c < channels; c++)
            for (int l = 0; l < 16; l += LSI_LANES) {
                vec v[LSI_MOST_POINTS], y[5];
                LSI_UNROLL for (int p = 0; p < points; p++)
                    v[p] = LSI_NAME(load)(atPoints + p * size + ((long)t * channels + c) * 16 + l);
                LSI_NAME(outputs_from_points)(points, step, v, y);
                const vec start = LSI_NAME(splat)(bias ? bias[c] : 0);
                LSI_UNROLL for (int j = 0; j < step; j++) {
                    if (t * step + j < columns) {
                        vec value = y[j] + start;
                        if (slope != 1) value = LSI_NAME(larger)(value, value * slope);
                        LSI_NAME(store)(out + (long)(t * step + j) * outPitch + c * 16 + l, value);
                    }
                }
            }
}

LSI_FUNCTION void LSI_NAME(row_from_points)(int points, int step, const float *atPoints, int tiles, int columns,
                                            int channels, const float *bias, float slope, float *out, long outPitch) {
#define LSI_FROM(P, S) LSI_NAME(row_from)(P, S, atPoints, tiles, columns, channels, bias, slope, out, outPitch)
    if (points == 6 && step == 4) LSI_FROM(6, 4);
    else if (points == 6) LSI_FROM(6, 3);
    else if (step == 4) LSI_FROM(8, 4);
    else LSI_FROM(8, 5);
#undef LSI_FROM
}

LSI_FUNCTION void LSI_NAME(convolve_fast)(const lsi_window *windows, int32_t count, const float *in,
                                          const float *weights, const float *bias, float slope, float *scratch,
                                          float *out) {
    const lsi_window all = lsi_frame(windows, count);
    const long inPitch = (long)all.inChannels * 16, outPitch = (long)all.outChannels * 16;
    const int points = lsi_points(&all), step = lsi_tile_columns(&all), tiles = lsi_tiles(&all), slots = all.windowRows;
    const long slotPitch = (long)points * tiles * inPitch, partPitch = slotPitch / LSI_PARTS;
    const long pointPitch = partPitch / points;
    float *atPoints = scratch + slots * slotPitch;
    int packed = 0; // first input row that is in no slot yet
    for (int y = 0; y < all.rows; y++) {
        const int top = y + all.originRow, end = lsi_min(top + slots, all.inRows);
        for (packed = lsi_max(packed, top); packed < end; packed++)
            LSI_NAME(row_at_points)(points, in + packed * all.inColumns * inPitch, all.inColumns, inPitch,
                                    all.originColumn, step, tiles, all.inChannels, scratch + packed % slots * slotPitch);
        const float *w = weights;
        for (const lsi_window *k = windows; k < windows + count; k++) {
            const long rowWeights = (long)k->inChannels * k->outChannels;
            const int up = y + k->originRow;
            const int first = lsi_max(0, up), last = lsi_max(first, lsi_min(up + k->windowRows, k->inRows));
            if (y < k->rows) {
                for (int part = 0; part < LSI_PARTS; part++)
                    for (int p = 0; p < points; p++)
                        for (int channel = 0, size; channel < k->outChannels; channel += size) {
                            for (size = tiles < 4 ? LSI_WIDE_SHORT : LSI_WIDE; size > k->outChannels - channel;) size /= 2;
                            LSI_NAME(row_part)(size, tiles, scratch + part * partPitch + p * pointPitch,
                                               (long)k->inChannels * LSI_LANES, slotPitch, first % slots, slots,
                                               last - first, k->inChannels,
                                               w + ((long)p * k->windowRows + first - up) * rowWeights + channel,
                                               k->outChannels, NULL, 1,
                                               atPoints + p * tiles * outPitch + channel * 16 + part * LSI_LANES,
                                               outPitch);
                        }
                LSI_NAME(row_from_points)(
                    points, step, atPoints, tiles, k->columns, k->outChannels, bias, slope,
                    out + ((long)(y * k->outStride + k->outRow) * k->outColumns + k->outColumn) * outPitch,
                    k->outStride * outPitch);
            }
            w += points * k->windowRows * rowWeights;
        }
    }
}

LSI_FUNCTION void LSI_NAME(convolve)(const lsi_window *windows, int32_t count, const float *in, const float *weights,
                                     const float *bias, float slope, float *scratch, float *out) {
    const lsi_window all = lsi_frame(windows, count);
    if (lsi_is_fast(&all)) {
        LSI_NAME(convolve_fast)(windows, count, in, weights, bias, slope, scratch, out);
        return;
    }
    const long inPitch = (long)all.inChannels * 16, pixelPitch = (long)all.inStride * all.inChannels * LSI_LANES;
    const long outPitch = (long)all.outChannels * 16;
    const int width = lsi_width(&all), slots = all.windowRows;
    const long slotPitch = (long)width * inPitch, partPitch = (long)width * all.inChannels * LSI_LANES;
    int packed = 0; // first input row that is in no slot yet
    for (int y = 0; y < all.rows; y++) {
        const int top = y * all.inStride + all.originRow;
        const int end = lsi_min(top + slots, all.inRows);
        for (packed = lsi_max(packed, top); packed < end; packed++)
            LSI_NAME(pack_row)(in + packed * all.inColumns * inPitch, all.inColumns, inPitch, all.originColumn, width,
                               all.inChannels, scratch + packed % slots * slotPitch);
        for (const lsi_window *k = windows; k < windows + count; k++) {
            if (y >= k->rows) continue;
            const int up = y * k->inStride + k->originRow;
            const int first = lsi_max(0, up);
            const int last = lsi_max(first, lsi_min(up + k->windowRows, k->inRows));
            const float *w = weights + k->weightOffset +
                             (long)(first - up) * k->windowColumns * k->inChannels * k->outChannels;
            const float *rowIn = scratch + (long)(k->originColumn - all.originColumn) * k->inChannels * LSI_LANES;
            float *rowOut = out + ((long)(y * k->outStride + k->outRow) * k->outColumns + k->outColumn) * outPitch;
            for (int part = 0; part < LSI_PARTS; part++)
                for (int channel = 0, size; channel < k->outChannels; channel += size) {
                    for (size = LSI_WIDE; size > k->outChannels - channel;) size /= 2;
                    LSI_NAME(row_part)(size, k->columns, rowIn + part * partPitch, pixelPitch, slotPitch,
                                       first % slots, slots, last - first, k->windowColumns * k->inChannels,
                                       w + channel, k->outChannels, bias ? bias + channel : NULL, slope,
                                       rowOut + channel * 16 + part * LSI_LANES, k->outStride * outPitch);
                }
        }
    }
}

// Sums of `inputs` x `outputs` products in registers over rows of pixels, added to `weights`.
LSI_INLINE void LSI_NAME(correlate_tile)(const int inputs, const int outputs, const float *in, long inPitch,
                                         long inRowPitch, const float *gradient, int rows, int columns, float *weights,
                                         long weightPitch) {
    vec sum[16] = {};
    for (int r = 0; r < rows; r++) {
        const float *x = in + r * inRowPitch;
        for (int c = 0; c < columns; c++, x += inPitch, gradient += outputs * LSI_LANES) {
            vec value[8];
            LSI_UNROLL for (int i = 0; i < inputs; i++) value[i] = LSI_NAME(load)(x + i * LSI_LANES);
            LSI_UNROLL for (int o = 0; o < outputs; o++) {
                vec slope = LSI_NAME(load)(gradient + o * LSI_LANES);
                LSI_UNROLL for (int i = 0; i < inputs; i++) sum[i * outputs + o] += value[i] * slope;
            }
        }
    }
    LSI_UNROLL for (int n = 0; n < inputs * outputs; n += 4) {
        const lsi_four totals = LSI_NAME(totals)(sum[n], sum[n + 1], sum[n + 2], sum[n + 3]);
        LSI_UNROLL for (int m = n; m < n + 4 && m < inputs * outputs; m++)
            weights[m / outputs * weightPitch + m % outputs] += totals[m - n];
    }
}

// All pairs of `inputs` neighbouring vectors and `outputs` channels over rows of pixels.
LSI_FUNCTION void LSI_NAME(correlate_block)(int outputs, int inputs, const float *in, long inPitch, long inRowPitch,
                                            const float *gradient, int rows, int columns, float *weights,
                                            long weightPitch) {
#define LSI_TILE(I, O)                                                                                                 \
    for (; i + I <= inputs; i += I)                                                                                    \
    LSI_NAME(correlate_tile)(I, O, in + i * LSI_LANES, inPitch, inRowPitch, gradient, rows, columns,                   \
                             weights + i * weightPitch, weightPitch)
    int i = 0;
    switch (outputs) {
    case 4:
#if LSI_REGISTERS == 32
        LSI_TILE(4, 4);
        LSI_TILE(3, 4);
#else
        // Four vectors are two and two: one alone would wait for itself.
        while (inputs - i > 4 || inputs - i == 3) {
            LSI_NAME(correlate_tile)(3, 4, in + i * LSI_LANES, inPitch, inRowPitch, gradient, rows, columns,
                                     weights + i * weightPitch, weightPitch);
            i += 3;
        }
#endif
        LSI_TILE(2, 4);
        LSI_TILE(1, 4);
        break;
    case 2:
        LSI_TILE(4, 2);
        LSI_TILE(2, 2);
        LSI_TILE(1, 2);
        break;
    default:
        LSI_TILE(8, 1);
        LSI_TILE(4, 1);
        LSI_TILE(1, 1);
        break;
    }
#undef LSI_TILE
}

// Gradients at a window's pixels in rows y0 ..< y1 by groups of channels: [group][part][row][column][channel][lanes].
LSI_FUNCTION void LSI_NAME(pack_gradient)(const lsi_window *k, const float *gradient, int y0, int y1, float *packed) {
    const long pitch = (long)k->outChannels * 16;
    for (int o = 0, size; o < k->outChannels; o += size) {
        size = lsi_outputs(k->outChannels - o);
        for (int part = 0; part < LSI_PARTS; part++)
            for (int y = y0; y < y1; y++) {
                const float *g = gradient + o * 16 + part * LSI_LANES +
                                 ((long)(y * k->outStride + k->outRow) * k->outColumns + k->outColumn) * pitch;
                for (int x = 0; x < k->columns; x++, g += k->outStride * pitch)
                    for (int c = 0; c < size; c++, packed += LSI_LANES)
                        LSI_NAME(store)(packed, LSI_NAME(load)(g + c * 16));
            }
    }
}

// Whether gradients at a window's pixels lie so already.
LSI_INLINE int LSI_NAME(is_packed)(const lsi_window *k) {
    return LSI_PARTS == 1 && lsi_outputs(k->outChannels) == k->outChannels && k->outColumns == k->columns &&
           k->outStride == 1 && k->outRow == 0;
}

// Gradients likewise, at the points of their tiles: `[group][part][point][row][tile][channel][lanes]`.
LSI_INLINE void LSI_NAME(gradients_at)(const int points, const int step, const lsi_window *k, const float *gradient,
                                       int tiles, int y0, int y1, float *atPoints) {
    const long pitch = (long)k->outChannels * 16;
    for (int o = 0, size; o < k->outChannels; o += size) {
        size = lsi_outputs(k->outChannels - o);
        const long pointPitch = (long)(y1 - y0) * tiles * size * LSI_LANES;
        for (int part = 0; part < LSI_PARTS; part++, atPoints += points * pointPitch) {
            float *target = atPoints;
            for (int y = y0; y < y1; y++) {
                const float *g = gradient + o * 16 + part * LSI_LANES +
                                 ((long)(y * k->outStride + k->outRow) * k->outColumns + k->outColumn) * pitch;
                for (int t = 0; t < tiles; t++)
                    for (int c = 0; c < size; c++, target += LSI_LANES) {
                        vec x[5], values[LSI_MOST_POINTS];
                        LSI_UNROLL for (int j = 0; j < step; j++) {
                            const int column = t * step + j;
                            x[j] = column < k->columns ? LSI_NAME(load)(g + column * k->outStride * pitch + c * 16)
                                                       : (vec){};
                        }
                        LSI_NAME(gradient_at_points)(points, step, x, values);
                        LSI_UNROLL for (int p = 0; p < points; p++)
                            LSI_NAME(store)(target + p * pointPitch, values[p]);
                    }
            }
        }
    }
}

LSI_FUNCTION void LSI_NAME(gradients_at_points)(int points, int step, const lsi_window *k, const float *gradient,
                                                int tiles, int y0, int y1, float *atPoints) {
#define LSI_AT(P, S) LSI_NAME(gradients_at)(P, S, k, gradient, tiles, y0, y1, atPoints)
    if (points == 6 && step == 4) LSI_AT(6, 4);
    else if (points == 6) LSI_AT(6, 3);
    else if (step == 4) LSI_AT(8, 4);
    else LSI_AT(8, 5);
#undef LSI_AT
}

LSI_FUNCTION void LSI_NAME(correlate_fast)(const lsi_window *windows, int32_t count, const float *in,
                                           const float *gradient, float *scratch, float *weights) {
    const lsi_window all = lsi_frame(windows, count);
    const long inPitch = (long)all.inChannels * 16;
    const int points = lsi_points(&all), step = lsi_tile_columns(&all), tiles = lsi_tiles(&all);
    const int block = lsi_block_rows(&all, LSI_GROUP, LSI_LANES);
    float *packed = scratch + (long)(block - 1 + all.windowRows) * points * tiles * LSI_GROUP * 16;
    for (int y0 = 0; y0 < all.rows; y0 += block) {
        const int top = y0 + all.originRow, blockRows = lsi_min(block, all.rows - y0);
        for (int i0 = 0, inputs; i0 < all.inChannels; i0 += inputs) {
            inputs = lsi_group(all.inChannels - i0, LSI_GROUP);
            const long pitch = (long)inputs * LSI_LANES, point = tiles * pitch, row = points * point;
            for (int r = lsi_max(0, -top); r < lsi_min(blockRows - 1 + all.windowRows, all.inRows - top); r++)
                LSI_NAME(row_at_points)(points, in + (top + r) * all.inColumns * inPitch + i0 * 16, all.inColumns,
                                        inPitch, all.originColumn, step, tiles, inputs, scratch + r * row * LSI_PARTS);
            float *g = packed, *w = weights;
            for (const lsi_window *k = windows; k < windows + count; k++) {
                const long pairs = (long)k->inChannels * k->outChannels;
                const int y1 = lsi_min(k->rows, y0 + blockRows);
                if (y1 > y0 && i0 == 0) 
                    LSI_NAME(gradients_at_points)(points, step, k, gradient, tiles, y0, y1, g);
                for (int o = 0, outputs; y1 > y0 && o < k->outChannels; o += outputs) {
                    outputs = lsi_outputs(k->outChannels - o);
                    const long rowSize = (long)tiles * outputs * LSI_LANES;
                    for (int part = 0; part < LSI_PARTS; part++)
                        for (int p = 0; p < points; p++, g += (y1 - y0) * rowSize)
                            for (int r = 0; r < k->windowRows; r++) {
                                int first, last;
                                lsi_valid(k->rows, k->inRows, 1, k->originRow + r, &first, &last);
                                first = lsi_max(first, y0);
                                last = lsi_min(last, y1);
                                if (last <= first) continue;
                                const long at = first + k->originRow + r - top;
                                LSI_NAME(correlate_block)(
                                    outputs, inputs, scratch + (at * LSI_PARTS + part) * row + p * point, pitch,
                                    row * LSI_PARTS, g + (first - y0) * rowSize, last - first, tiles,
                                    w + (p * k->windowRows + r) * pairs + (long)i0 * k->outChannels + o,
                                    k->outChannels);
                            }
                }
                w += points * k->windowRows * pairs;
            }
        }
    }
}

LSI_FUNCTION void LSI_NAME(correlate)(const lsi_window *windows, int32_t count, const float *in, const float *gradient,
                                      float *scratch, float *weights) {
    const lsi_window all = lsi_frame(windows, count);
    if (lsi_is_fast(&all)) {
        LSI_NAME(correlate_fast)(windows, count, in, gradient, scratch, weights);
        return;
    }
    const long inPitch = (long)all.inChannels * 16;
    const int width = lsi_width(&all);
    const int joined = lsi_joins(&all);
    const int group = joined ? all.inChannels : LSI_GROUP;
    const int block = lsi_block_rows(&all, group, LSI_LANES);
    float *packed = scratch + (long)((block - 1) * all.inStride + all.windowRows) * width * group * 16;
    for (int y0 = 0; y0 < all.rows; y0 += block) {
        const int top = y0 * all.inStride + all.originRow;
        const int blockRows = lsi_min(block, all.rows - y0);
        for (int i0 = 0, inputs; i0 < all.inChannels; i0 += inputs) {
            inputs = lsi_group(all.inChannels - i0, group);
            const long pitch = (long)inputs * LSI_LANES, row = width * pitch;
            for (int r = lsi_max(0, -top);
                 r < lsi_min((blockRows - 1) * all.inStride + all.windowRows, all.inRows - top); r++)
                LSI_NAME(pack_row)(in + (top + r) * all.inColumns * inPitch + i0 * 16, all.inColumns, inPitch,
                                   all.originColumn, width, inputs, scratch + r * row * LSI_PARTS);
            float *g = packed;
            for (const lsi_window *k = windows; k < windows + count; k++) {
                const int y1 = lsi_min(k->rows, y0 + blockRows);
                if (y1 <= y0) continue;
                const int isPacked = LSI_NAME(is_packed)(k);
                if (i0 == 0 && !isPacked) LSI_NAME(pack_gradient)(k, gradient, y0, y1, g);
                for (int o = 0, outputs; o < k->outChannels; o += outputs) {
                    outputs = lsi_outputs(k->outChannels - o);
                    for (int part = 0; part < LSI_PARTS; part++) {
                        for (int r = 0; r < k->windowRows; r++) {
                            int first, last;
                            lsi_valid(k->rows, k->inRows, k->inStride, k->originRow + r, &first, &last);
                            first = lsi_max(first, y0);
                            last = lsi_min(last, y1);
                            if (last <= first) continue;
                            const float *x =
                                scratch +
                                (((long)first * k->inStride + k->originRow + r - top) * LSI_PARTS + part) * row +
                                (k->originColumn - all.originColumn) * pitch;
                            float *w = weights + k->weightOffset + o +
                                       ((long)r * k->windowColumns * k->inChannels + i0) * k->outChannels;
                            const long rowSize = (long)k->columns * outputs * LSI_LANES;
                            const float *slopes = isPacked ? gradient + first * rowSize : g + (first - y0) * rowSize;
                            const int step = joined ? k->windowColumns : 1;
                            for (int c = 0; c < k->windowColumns; c += step)
                                LSI_NAME(correlate_block)(outputs, step * inputs, x + c * pitch, k->inStride * pitch,
                                                          k->inStride * row * LSI_PARTS, slopes, last - first,
                                                          k->columns, w + (long)c * k->inChannels * k->outChannels,
                                                          k->outChannels);
                        }
                        g += (long)(y1 - y0) * k->columns * outputs * LSI_LANES;
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
#undef LSI_WIDE_SHORT
#undef LSI_GROUP
