#ifndef LSI_CKERNELS_H
#define LSI_CKERNELS_H

#include <stdint.h>

// Kernels on batches of 16 samples, the sample being the innermost index: an image is
// `[row][column][channel][16]`, so that every loop over samples is one vector operation whatever the channel count.
// All image pointers are aligned to 64 bytes; masks and weights lie anywhere.

// A rectangular window that slides over an image: what a convolution, its adjoint, and each phase of an upsampled or
// transposed convolution have in common. Output pixel (y, x) sums over the window's pixels
//     (y * inStride + originRow + r, x * inStride + originColumn + c)
// that lie inside the input, and stands at (y * outStride + outRow, x * outStride + outColumn) of the output image.
typedef struct {
    int32_t rows, columns; // output pixels to walk
    int32_t inRows, inColumns, inChannels;
    int32_t outColumns, outChannels; // outColumns: pixels in a row of the whole output image
    int32_t inStride, outStride, outRow, outColumn;
    int32_t windowRows, windowColumns, originRow, originColumn;
    int64_t weightOffset; // of its first weight
} lsi_window;

// An image, and windows of size x size side by side; pixels past the last whole window are left out.
typedef struct {
    int32_t rows, columns, channels, size;
} lsi_pooling;

// Samples at a dense layer, a multiple of 16: what comes in and the gradient of what goes out, `[feature][lanes]`.
typedef struct {
    const float *in, *gradient;
    int32_t lanes;
} lsi_samples;

typedef struct {
    const char *name;

    // 16 samples from where each lies by itself to where they lie side by side: out[i * pitch + s] = rows[s][i], zero
    // where a row is null.
    void (*interleave)(const float *const *rows, int64_t count, float *out, int64_t pitch);
    void (*interleave_bytes)(const uint8_t *const *rows, int64_t count, float *out, int64_t pitch);
    // And back: rows[s][i] = in[i * pitch + s], of the rows that are not null.
    void (*separate)(const float *in, int64_t pitch, int64_t count, float *const *rows);

    // out = leaky(bias + windows * in) of one image; weights of each window `[windowRow][windowColumn][inChannel]
    // [outChannel]` from its offset. Windows of one map may differ in their places and sizes and in the pixels they
    // walk; images, channels and strides are the same. `scratch`: lsi_convolution_scratch numbers.
    // `bias` may be null. leaky(v) = max(v, slope * v); slope 1 leaves v alone.
    void (*convolve)(const lsi_window *, int32_t count, const float *in, const float *weights, const float *bias, float slope,
                     float *scratch, float *out);
    // Their gradient: weights, laid out alike, += sum over pixels and samples of in * gradient.
    void (*correlate)(const lsi_window *, int32_t count, const float *in, const float *gradient, float *scratch,
                      float *weights);
    // out = leaky(bias + weights * in), weights `[unit][input]`, the others `[feature][lanes]`, lanes a multiple of 16.
    // Lanes do not see each other, bit for bit.
    void (*dense)(const float *weights, int32_t units, int32_t inputs, const float *bias, float slope, const float *in,
                  int32_t lanes, float *out);
    // Its adjoint: out = transposed weights * gradient.
    void (*dense_transposed)(const float *weights, int32_t units, int32_t inputs, const float *gradient, int32_t lanes,
                             float *out);
    // And the gradient of its weights: sum, laid out like them, += gradient * transposed in of `count` parts of a batch;
    // rows firstUnit ..< lastUnit alone.
    void (*dense_weight_gradient)(const lsi_samples *parts, int32_t count, int32_t inputs, int32_t firstUnit,
                                  int32_t lastUnit, float *sum);
    // out[i] += sum of the 16 lanes of accumulators[i].
    void (*sum_lanes)(const float *accumulators, int64_t count, float *out);
    // gradient *= (y > 0 ? 1 : slope) in place, and its sums `[channel][16]` added to `sums` unless null.
    void (*leaky_gradient)(const float *y, float slope, int64_t pixels, int32_t channels, float *gradient, float *sums);
    // sums += x, squares += (x - centre[channel])^2 of the lanes where mask is 1.
    void (*channel_moments)(const float *x, const float *centre, const float *mask, int64_t pixels, int32_t channels,
                            float *sums, float *squares);
    // y = leaky(scale[channel] * x + shift[channel])
    void (*scale_shift)(const float *x, const float *scale, const float *shift, float slope, int64_t pixels,
                        int32_t channels, float *y);
    // With h = (y > 0 ? 1 : slope) * g, the gradient before the rectifier that gave y: sums += h,
    // products += h * (x - centre[channel])
    void (*channel_products)(const float *g, const float *y, float slope, const float *x, const float *centre,
                             int64_t pixels, int32_t channels, float *sums, float *products);
    // out = mask * (a[channel] * h + b[channel] * x + c[channel])
    void (*combine)(const float *g, const float *y, float slope, const float *x, const float *a, const float *b,
                    const float *c, const float *mask, int64_t pixels, int32_t channels, float *out);
    // y = leaky(largest in the window of scale[channel] * x + shift[channel]) of one image, null scale: of x; which pixel
    // of the window that is, the first among equals, and unless null its x.
    void (*pool)(const lsi_pooling *, const float *x, const float *scale, const float *shift, float slope, float *y,
                 float *chosen, uint8_t *choice);
    // out = h at the chosen pixel of each window, else 0; channel sums of h added to `sums` unless null.
    void (*unpool)(const lsi_pooling *, const float *g, const float *y, float slope, const uint8_t *choice, float *sums,
                   float *out);
    // out = mask * (a[channel] * (h if chosen, else 0) + b[channel] * x + c[channel])
    void (*combine_pooled)(const lsi_pooling *, const float *g, const float *y, float slope, const uint8_t *choice,
                           const float *x, const float *a, const float *b, const float *c, const float *mask, float *out);
    // y = leaky(x), elementwise
    void (*leaky)(const float *x, float slope, int64_t count, float *y);
    // out[row] += sum of row `row` of x, `[rows][lanes]`, lanes a multiple of 16
    void (*sum_rows)(const float *x, int64_t rows, int64_t lanes, float *out);
    // y += x
    void (*add)(const float *x, int64_t count, float *y);
    // Binary cross-entropy of logits, weights[element] per pixel and channel and mask[lane] per sample: gradient =
    // scale * weight * mask * (sigmoid(x) - t). Gives the weighted loss without `scale`.
    double (*cross_entropy)(const float *logits, const float *targets, const float *weights, const float *mask,
                            float scale, int64_t elements, float *gradient);
    // Squared error likewise: gradient = scale * weight * mask * 2 (x - t).
    double (*squared_error)(const float *x, const float *targets, const float *weights, const float *mask, float scale,
                            int64_t elements, float *gradient);
    // y = 1 / (1 + exp(-x))
    void (*sigmoid)(const float *x, int64_t count, float *y);
    // Adam with decoupled weight decay on `count` weights; gradient = factor * (g0 + g1), both zeroed after; g1 may be
    // null.
    void (*adam)(float *weights, float *g0, float *g1, float *m, float *v, int64_t count, float factor, float rate,
                 float beta1, float beta2, float correction1, float correction2, float epsilon, float decay);
    // Sum of squares of g0 + g1; g1 may be null.
    double (*squared_norm)(const float *g0, const float *g1, int64_t count);
    // A peak measurement: `rounds` times 12 independent multiply-adds of one vector. Gives the floating point
    // operations done in one round, and a value that depends on all of them in `*sink`.
    int64_t (*multiply_add_rounds)(int64_t rounds, float *sink);
} lsi_kernels;

// Every variant this processor can run, the best first; null when `index` is past the last.
const lsi_kernels *lsi_kernels_variant(int32_t index);

// Where these windows are worked out at points, `convolve` takes its weights there, and `correlate` gives their gradient
// there: lsi_point_weights numbers instead of the windows' own.
int32_t lsi_has_points(const lsi_window *windows, int32_t count);
int64_t lsi_point_weights(const lsi_window *windows, int32_t count);
void lsi_weights_at_points(const lsi_window *windows, int32_t count, const float *weights, float *atPoints);
// weights += their gradient, from that at the points.
void lsi_gradient_from_points(const lsi_window *windows, int32_t count, const float *atPoints, float *weights);

// Numbers of work space that `convolve` and `correlate` need, whatever the variant.
int64_t lsi_convolution_scratch(const lsi_window *windows, int32_t count);

// One step of implicit upwind transport over all cells, in flow order: what FlowSimulation's OrderedTransport is made of.
// Volumes and amounts in m3, amounts at surface conditions; bits do not depend on the instruction set.
typedef struct {
    int32_t cells, substeps;
    double time_step;              // [s]
    const int32_t *start, *other;  // adjacency by cells, and the cell beyond each slot
    const int32_t *face;           // of each slot, or its bits inverted where the cell is the second of the face
    const double *flux;            // of each face, from its first to its second cell [m3/s]
    // Work space: what a step needs of each cell, lsi_upwind_records(cells, substeps) values, of each cell's faces, two
    // values a slot, and of all lanes, lsi_upwind_work(substeps) values; cells in the order in which they were taken up,
    // [cells + 1]. That order, and where cycles are cut, is FlowOrder's, or the transpose would be that of another step.
    double *records, *outlets, *work;
    int32_t *order;
    // Samples of the fractional flow of all rock types, [types][intervals + 1][2]: value, and step to the next.
    const double *table;
    int32_t intervals;
    const double *lower, *per_sample; // saturation of the first sample, and samples per unit of saturation, by type
    const double *steepest;           // largest step, by type
    const int32_t *rock_type;
    const double *injected, *well_outflow; // [m3/s]
    double *duration, *mean_flow;          // of cells with well outflow: volume out per rate [s], and fractional flow
    const double *capacity_before;         // pore volume over B of the displacing phase at the start
    double *displacing, *oil, *saturation;
    const double *pore_volume, *displacing_inverse, *oil_inverse; // at the end; 1/B
    // What its transpose needs, or null: lsi_upwind_trace(cells, substeps) values at most, where each cell's start, and
    // how many there are. Cells that nothing of the displacing phase enters or leaves have none: they start at -1.
    //
    // Of a cell: LSI_TRACE_HEAD values, then LSI_TRACE_ROW for its start and the end of each part of its sub-steps:
    // fractional flow, its derivative by the volume of the displacing phase [1/m3], saturation.
    float *trace;
    int64_t *trace_start, *traced;
} lsi_upwind_step;

// Parts of a sub-step, sub-steps, volume that leaves in a part [m3], weight of the flow at the end of a part, and
// volume that leaves per flux [s].
enum { LSI_TRACE_PARTS, LSI_TRACE_SUBSTEPS, LSI_TRACE_OUTFLOW, LSI_TRACE_IMPLICIT, LSI_TRACE_PER_FLUX, LSI_TRACE_HEAD };
enum { LSI_TRACE_FLOW, LSI_TRACE_SLOPE, LSI_TRACE_SATURATION, LSI_TRACE_ROW };

int64_t lsi_upwind_work(int32_t substeps);
int64_t lsi_upwind_records(int32_t cells, int32_t substeps);
int64_t lsi_upwind_trace(int32_t cells, int32_t substeps);
void lsi_upwind(const lsi_upwind_step *step);

// The transpose of one lsi_upwind, eight adjoints at a time. Volumes are those of the reservoir; how the weights of a
// part follow from its Courant number counts as fixed. Arrays of lanes are `[count][8]`.
typedef struct {
    int32_t cells, faces, substeps;
    double time_step;             // [s]
    const int32_t *order;         // upstream cells first
    const int32_t *start, *other; // adjacency by cells, and the cell beyond each slot
    const double *outward;        // flux out of the cell that a slot belongs to [m3/s]
    const int32_t *first, *second;
    const double *flux;   // from the first to the second cell of a face [m3/s]
    const float *trace;   // as lsi_upwind left it
    const int64_t *trace_start;
    const double *volume; // of pores, `[cells]` [m3]
    uint8_t *done;        // work space, `[cells]`
    double *handed;       // work space, `[cells][substeps]`
    // By the saturation at the end of the step; after it, by that at its start.
    double *saturation;
    double *inflow;             // by the volume of the displacing phase that enters, `[cells][substeps][8]`; written
    double *outflow;            // by the volume that leaves; written
    double *pore_volume, *face; // by pore volumes and by fluxes; added to
} lsi_adjoint_step;

void lsi_adjoint_transport(const lsi_adjoint_step *step);

// x = (L D L^T)^-1 x for eight right-hand sides, `[order][8]`. Columns of L hold their diagonal
// first, where D stands.
typedef struct {
    int32_t order;
    const int32_t *start, *length, *row; // of each column
    const double *value;
    double *x;
} lsi_lanes_factor;

void lsi_lanes_solve(const lsi_lanes_factor *factor);

// Four neighbouring columns of L that are taken at once, or one, and their rows below in tiles of four. Rows of aligned
// tiles follow on a multiple of four.
typedef struct {
    int32_t column, width, aligned, scattered;
} lsi_packed_block;

// x = (L D L^T)^-1 x in single precision: what LinearAlgebra's PackedFactor is made of.
typedef struct {
    int32_t order, blocks;
    const lsi_packed_block *block;
    // Of each block the first row over four of its aligned tiles, then all rows of the others; `order` where there is none.
    const int32_t *rows;
    int64_t row_count, value_count;
    // Of each block of four LSI_PACKED_CORNER values with the entries between its columns, of any its tiles, column by column.
    const float *values;
    const float *inverse; // of D, [order]
    float *x;             // [order + 4]
} lsi_packed_factor;

#define LSI_PACKED_CORNER 8

void lsi_packed_solve(const lsi_packed_factor *factor);

#endif
