// To the points of a row's tiles and back (Windows.h); included by KernelBody.h once per instruction set.
//
// With M(x) the product of x - a over the finite points a, the input at a point is the row of coefficients of
// M(x) / (x - a) times the input, at infinity that of M(x) itself. One over M'(a) goes with the weights, or with the
// gradient. Points come in pairs of opposite sign, which share the sums of even and of odd powers.

LSI_INLINE void LSI_NAME(input_at_points)(const int points, const vec *d, vec *v) {
    if (points == 6) {
        const vec a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], e = d[4] - d[2], f = 2 * (d[3] - d[1]);
        v[0] = 4 * d[0] - 5 * d[2] + d[4];
        v[1] = a + b, v[2] = a - b;
        v[3] = e + f, v[4] = e - f;
        v[5] = 4 * d[1] - 5 * d[3] + d[5];
    } else {
        const vec a = d[6] - 4.25f * d[4] + d[2], b = d[5] - 4.25f * d[3] + d[1];
        const vec e = d[6] - 1.25f * d[4] + 0.25f * d[2], f = 2 * d[5] - 2.5f * d[3] + 0.5f * d[1];
        const vec g = d[6] - 5 * d[4] + 4 * d[2], h = 0.5f * d[5] - 2.5f * d[3] + 2 * d[1];
        v[0] = d[6] - d[0] + 5.25f * (d[2] - d[4]);
        v[1] = a + b, v[2] = a - b;
        v[3] = e + f, v[4] = e - f;
        v[5] = g + h, v[6] = g - h;
        v[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
    }
}

// `outputs` of a tile, at least three, from their values at the points.
LSI_INLINE void LSI_NAME(outputs_from_points)(const int points, const int outputs, const vec *v, vec *y) {
    const vec s = v[1] + v[2], d = v[1] - v[2], u = v[3] + v[4], w = v[3] - v[4];
    y[0] = v[0] + s + u;
    y[1] = d + 2 * w;
    y[2] = s + 4 * u;
    if (outputs > 3) y[3] = d + 8 * w;
    if (points == 8) {
        const vec p = v[5] + v[6], q = v[5] - v[6];
        y[0] += p;
        y[1] += 0.5f * q;
        y[2] += 0.25f * p;
        if (outputs > 3) y[3] += 0.125f * q;
        if (outputs > 4) y[4] = s + 16 * u + 0.0625f * p;
    }
    y[outputs - 1] += v[points - 1];
}

// The adjoint of outputs_from_points, with one over M'(a).
LSI_INLINE void LSI_NAME(gradient_at_points)(const int points, const int outputs, const vec *y, vec *v) {
    // Sums of even and of odd powers at 1, at 2, and at 1/2.
    vec even = y[0] + y[2], odd = y[1], wide = y[0] + 4 * y[2], slant = 2 * y[1];
    vec narrow = y[0] + 0.25f * y[2], tilt = 0.5f * y[1];
    if (outputs > 3) odd += y[3], slant += 8 * y[3], tilt += 0.125f * y[3];
    if (outputs > 4) even += y[4], wide += 16 * y[4], narrow += 0.0625f * y[4];
    const float one = points == 6 ? -1.0f / 6 : -2.0f / 9, two = points == 6 ? 1.0f / 24 : 1.0f / 90;
    v[0] = y[0] * (points == 6 ? 0.25f : -1.0f);
    v[1] = (even + odd) * one, v[2] = (even - odd) * one;
    v[3] = (wide + slant) * two, v[4] = (wide - slant) * two;
    if (points == 8) {
        const float half = 32.0f / 45;
        v[5] = (narrow + tilt) * half, v[6] = (narrow - tilt) * half;
    }
    v[points - 1] = y[outputs - 1];
}
