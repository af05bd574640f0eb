// What convolutions of all instruction sets know of their windows.
#ifndef LSI_WINDOWS_H
#define LSI_WINDOWS_H

#include "CKernels.h"

static inline int lsi_min(int a, int b) { return a < b ? a : b; }
static inline int lsi_max(int a, int b) { return a > b ? a : b; }

// Output positions that keep a pixel of the window inside the input, `first ..< last`; at position 0 it is at `offset`.
static inline void lsi_valid(int count, int extent, int stride, int offset, int *first, int *last) {
    // Smallest x with x * stride + offset >= 0, and one past the largest with x * stride + offset < extent.
    *first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const int span = extent - offset;
    *last = lsi_min(count, span <= 0 ? 0 : (span + stride - 1) / stride);
    if (*first > *last) *first = *last;
}

// What all windows of a map see of the input, so that it is copied once for all.
static inline lsi_window lsi_frame(const lsi_window *windows, int count) {
    lsi_window all = windows[0];
    int bottom = all.originRow + all.windowRows, right = all.originColumn + all.windowColumns;
    for (const lsi_window *k = windows + 1; k < windows + count; k++) {
        all.originRow = lsi_min(all.originRow, k->originRow);
        all.originColumn = lsi_min(all.originColumn, k->originColumn);
        all.rows = lsi_max(all.rows, k->rows);
        all.columns = lsi_max(all.columns, k->columns);
        bottom = lsi_max(bottom, k->originRow + k->windowRows);
        right = lsi_max(right, k->originColumn + k->windowColumns);
    }
    all.windowRows = bottom - all.originRow;
    all.windowColumns = right - all.originColumn;
    return all;
}

// Columns of the input, and of the padding around it, that a row of windows sees.
static inline int lsi_width(const lsi_window *all) { return (all->columns - 1) * all->inStride + all->windowColumns; }

// How many output channels a weight gradient takes at a time where `left` are left.
static inline int lsi_outputs(int left) { return left >= 4 ? 4 : left >= 2 ? 2 : 1; }

// And how many input channels: `most` of four, or of three where vectors are few; one alone would wait for itself.
enum { LSI_FEW_CHANNELS = 3, LSI_MANY_CHANNELS = 4 };
static inline int lsi_group(int left, int most) { return left == most + 1 && most > 2 ? 2 : lsi_min(most, left); }
// Of few channels all columns of a window go side by side, so that a tile finds its vectors together.
static inline int lsi_joins(const lsi_window *all) { return all->inChannels <= LSI_MANY_CHANNELS; }

// Rows by fewer products (Winograd, 1980; Lavin and Gray, 2016): m outputs of a row with k taps come from the product of
// two polynomials, and that from its values at n = m + k - 1 points: n products instead of m k. Six points are 0, 1, -1,
// 2, -2 and infinity; eight have 1/2 and -1/2 besides. (Of an enlargement by three taps each phase has two, in a frame of
// three: 6 instead of 8.) Along rows only: along both axes errors of single precision grow, and tiles no longer fit
// narrow images.
enum { LSI_MOST_POINTS = 8 };
static inline int lsi_points(const lsi_window *all) { return all->windowColumns >= 4 ? 8 : 6; }

// Outputs to a tile.
static inline int lsi_tile_columns(const lsi_window *all) { return lsi_points(all) + 1 - all->windowColumns; }
static inline int lsi_tiles(const lsi_window *all) {
    return (all->columns + lsi_tile_columns(all) - 1) / lsi_tile_columns(all);
}

// Whether going to the points and back costs less than it saves, as measured: each input is used by all output channels,
// each output by all input channels.
static inline int lsi_is_fast(const lsi_window *all) {
    return all->inStride == 1 && all->windowColumns >= 3 && all->windowColumns <= 5 && all->columns >= 4 &&
           all->inChannels >= 4 && all->outChannels >= 4;
}

// Output rows to a block of a weight gradient: what `group` channels need of the input, at one of the points if there are
// any, stays in the first cache for all taps and output channels.
static inline int lsi_block_rows(const lsi_window *all, int group, int lanes) {
    const int row = lsi_is_fast(all) ? lsi_tiles(all) : lsi_width(all);
    const int room = 20480 / (row * group * lanes * 4);
    return lsi_max(1, lsi_min(all->rows, (room - all->windowRows) / all->inStride + 1));
}

#endif
