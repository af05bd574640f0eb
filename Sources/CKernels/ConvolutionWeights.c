#include <string.h>

#include "Windows.h"

// Weights at the points are `[window][point][windowRow][inChannel][outChannel]`, those of a window `[windowRow]
// [windowColumn][inChannel][outChannel]`; taps count from the left of what all windows see together.

static const float points[7] = {0, 1, -1, 2, -2, 0.5f, -0.5f};
// One over the product of the distances to the other points, of six and of eight.
static const float ofSix[5] = {1.0f / 4, -1.0f / 6, -1.0f / 6, 1.0f / 24, 1.0f / 24};
static const float ofEight[7] = {-1, -2.0f / 9, -2.0f / 9, 1.0f / 90, 1.0f / 90, 32.0f / 45, 32.0f / 45};

static float power(float base, int exponent) {
    float value = 1;
    for (int i = 0; i < exponent; i++) value *= base;
    return value;
}

int32_t lsi_has_points(const lsi_window *windows, int32_t count) {
    const lsi_window all = lsi_frame(windows, count);
    return lsi_is_fast(&all);
}

int64_t lsi_point_weights(const lsi_window *windows, int32_t count) {
    const lsi_window all = lsi_frame(windows, count);
    int64_t size = 0;
    for (const lsi_window *k = windows; k < windows + count; k++)
        size += (int64_t)lsi_points(&all) * k->windowRows * k->inChannels * k->outChannels;
    return size;
}

void lsi_weights_at_points(const lsi_window *windows, int32_t count, const float *weights, float *atPoints) {
    const lsi_window all = lsi_frame(windows, count);
    const int last = lsi_points(&all) - 1;
    const float *factors = last == 5 ? ofSix : ofEight;
    memset(atPoints, 0, sizeof(float) * (size_t)lsi_point_weights(windows, count));
    for (const lsi_window *k = windows; k < windows + count; k++) {
        const int64_t pairs = (int64_t)k->inChannels * k->outChannels;
        for (int p = 0; p <= last; p++)
            for (int r = 0; r < k->windowRows; r++, atPoints += pairs)
                for (int c = 0; c < k->windowColumns; c++) {
                    const int tap = k->originColumn - all.originColumn + c;
                    const float share =
                        p < last ? factors[p] * power(points[p], tap) : (tap == all.windowColumns - 1 ? 1 : 0);
                    if (share == 0) continue;
                    const float *w = weights + k->weightOffset + ((int64_t)r * k->windowColumns + c) * pairs;
                    for (int64_t i = 0; i < pairs; i++) atPoints[i] += share * w[i];
                }
    }
}

void lsi_gradient_from_points(const lsi_window *windows, int32_t count, const float *atPoints, float *weights) {
    const lsi_window all = lsi_frame(windows, count);
    const int last = lsi_points(&all) - 1;
    for (const lsi_window *k = windows; k < windows + count; k++) {
        const int64_t pairs = (int64_t)k->inChannels * k->outChannels;
        for (int p = 0; p <= last; p++)
            for (int r = 0; r < k->windowRows; r++, atPoints += pairs)
                for (int c = 0; c < k->windowColumns; c++) {
                    const int tap = k->originColumn - all.originColumn + c;
                    const float share = p < last ? power(points[p], tap) : (tap == all.windowColumns - 1 ? 1 : 0);
                    if (share == 0) continue;
                    float *w = weights + k->weightOffset + ((int64_t)r * k->windowColumns + c) * pairs;
                    for (int64_t i = 0; i < pairs; i++) w[i] += share * atPoints[i];
                }
    }
}

int64_t lsi_convolution_scratch(const lsi_window *windows, int32_t count) {
    const lsi_window all = lsi_frame(windows, count);
    // The narrowest vectors, of four numbers, and the fewest channels side by side make the largest blocks.
    const int group = lsi_min(LSI_MANY_CHANNELS, all.inChannels);
    const int block = lsi_block_rows(&all, lsi_min(LSI_FEW_CHANNELS, group), 4);
    const int isFast = lsi_is_fast(&all);
    const int64_t in = isFast ? lsi_points(&all) * lsi_tiles(&all) : lsi_width(&all);
    int64_t pixels = 0;
    for (const lsi_window *k = windows; k < windows + count; k++) pixels += (int64_t)block * (isFast ? in : k->columns);
    const int64_t rows = all.windowRows * in * all.inChannels * 16 + (isFast ? in * all.outChannels * 16 : 0);
    const int64_t blocks =
        ((int64_t)(block - 1) * all.inStride + all.windowRows) * in * group * 16 + pixels * all.outChannels * 16;
    return rows > blocks ? rows : blocks;
}
