// Upwind transport of a vector of cells; included by Upwind.c once per instruction set.

#define LSI_INLINE LSI_TARGET static inline __attribute__((always_inline))

LSI_INLINE reals LSI_NAME(load)(const double *p) {
    reals v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
LSI_INLINE void LSI_NAME(store)(double *p, reals v) { __builtin_memcpy(p, &v, sizeof v); }
LSI_INLINE reals LSI_NAME(splat)(double x) { return x - (reals){}; }
LSI_INLINE reals LSI_NAME(select)(masks m, reals a, reals b) { return (reals)(((masks)a & m) | ((masks)b & ~m)); }
// Of a NaN and a number these give the number if it stands second.
LSI_INLINE reals LSI_NAME(smaller)(reals a, reals b) { return LSI_NAME(select)(a < b, a, b); }
LSI_INLINE reals LSI_NAME(larger)(reals a, reals b) { return LSI_NAME(select)(a > b, a, b); }
LSI_INLINE int LSI_NAME(any)(masks m) {
    int64_t all = 0;
    for (int l = 0; l < LANES; l++) all |= m[l];
    return all != 0;
}

// The fractional flow of each lane is linear between samples: its value at the left one of x, and the step to the next.
typedef struct {
    reals anchor, value, step;
} LSI_NAME(interval);

LSI_INLINE LSI_NAME(interval) LSI_NAME(find)(const double *table, const int32_t *first, double last, reals x) {
    indices k = __builtin_convertvector(LSI_NAME(smaller)(x, LSI_NAME(splat)(last - 1)), indices);
    LSI_NAME(interval) found = {.anchor = __builtin_convertvector(k, reals)};
    for (int l = 0; l < LANES; l++) {
        const double *sample = table + 2 * (long)(first[l] + k[l]);
        found.value[l] = sample[0];
        found.step[l] = sample[1];
    }
    return found;
}

LSI_INLINE reals LSI_NAME(hold)(reals x, reals low, reals high) {
    return LSI_NAME(smaller)(LSI_NAME(larger)(x, low), high);
}

LSI_INLINE reals LSI_NAME(flow_at)(const double *table, const int32_t *first, double last, reals x) {
    reals held = LSI_NAME(hold)(x, LSI_NAME(splat)(0), LSI_NAME(splat)(last));
    LSI_NAME(interval) i = LSI_NAME(find)(table, first, last, held);
    return i.value + i.step * (held - i.anchor);
}

// f at the root of x + ratio f(x) = target, by Newton's method within a bracket that keeps it from jumping over the
// inflection of f. A step of less than an interval ends it: what is left of the error is f''/2 of its square. Nor is f
// looked up again for it: where Newton's method ends, f is what closes the balance.
// left and right are f at both ends of the samples.
LSI_INLINE reals LSI_NAME(flow_at_root)(const double *table, const int32_t *first, double last, reals left, reals right,
                                        reals target, reals ratio, reals start) {
    const reals zero = LSI_NAME(splat)(0), end = LSI_NAME(splat)(last);
    // Outside the range of the samples the flow is that of its end.
    masks below = target <= 0, above = target - ratio * right >= last;
    masks done = below | above;
    reals low = LSI_NAME(larger)(target - ratio, zero), high = LSI_NAME(smaller)(target, end);
    reals x = LSI_NAME(hold)(start, low, high);
    reals flow = zero;
    for (int i = 0; i < 60; i++) {
        LSI_NAME(interval) at = LSI_NAME(find)(table, first, last, LSI_NAME(hold)(x, zero, end));
        reals excess = x + ratio * (at.value + at.step * (x - at.anchor)) - target;
        reals next = x - excess / (1 + ratio * at.step);
        masks close = (next - x <= 1) & (x - next <= 1);
        flow = LSI_NAME(select)(done, flow, at.value + at.step * (next - at.anchor));
        high = LSI_NAME(select)(excess > 0, x, high);
        low = LSI_NAME(select)(excess > 0, low, x);
        reals inside = LSI_NAME(select)((next > low) & (next < high), next, 0.5 * (low + high));
        x = LSI_NAME(select)(done, x, LSI_NAME(select)(close, next, inside));
        done |= close;
        if (!LSI_NAME(any)(~done)) break;
    }
    // What a line through two samples gives beyond them need not lie between none and all.
    flow = LSI_NAME(hold)(flow, left, right);
    return LSI_NAME(select)(below, left, LSI_NAME(select)(above, right, flow));
}

// Leaves a row of the trace of each cell at `x`, a saturation in samples.
LSI_INLINE void LSI_NAME(leave)(const lsi_upwind_step *s, batch *b, reals flow, reals x, reals amount, reals capacity,
                                reals per_capacity) {
    const double last = s->intervals;
    LSI_NAME(interval) at = LSI_NAME(find)(s->table, b->first, last,
                                           LSI_NAME(hold)(x, LSI_NAME(splat)(0), LSI_NAME(splat)(last)));
    for (int32_t l = 0; l < b->count; l++) {
        float *row = b->trace[l];
        const double slope = x[l] > 0 && x[l] < last ? at.step[l] * per_capacity[l] : 0;
        row[LSI_TRACE_FLOW] = (float)flow[l];
        row[LSI_TRACE_SLOPE] = (float)(slope * b->per_displacing[l]);
        row[LSI_TRACE_SATURATION] = (float)(amount[l] / capacity[l]);
        b->trace[l] += LSI_TRACE_ROW;
    }
}

// Takes the cells of a batch through `substeps` sub-steps of `parts` parts each; puts fractional flows in place of
// inflows, and capacity, amount and mean fractional flow at the end of the step in their rows.
LSI_INLINE void LSI_NAME(integrate)(const lsi_upwind_step *s, batch *b, int32_t substeps, int32_t parts) {
    const double *table = s->table;
    const int32_t *first = b->first;
    double *rows = b->rows;
    const double last = s->intervals, share = 1.0 / parts;
    reals capacity = LSI_NAME(load)(rows + CAPACITY * LANES), amount = LSI_NAME(load)(rows + AMOUNT * LANES);
    const reals growth = LSI_NAME(load)(rows + GROWTH * LANES) * share;
    const reals outflow = LSI_NAME(load)(rows + OUTFLOW * LANES) * share;
    const reals per_sample = LSI_NAME(load)(rows + PER_SAMPLE * LANES);
    const reals offset = LSI_NAME(load)(rows + OFFSET * LANES), implicit = LSI_NAME(load)(rows + IMPLICIT * LANES);
    const reals late = outflow * implicit, early = outflow * (1 - implicit);
    const int grows = LSI_NAME(any)(growth != 0);
    reals left, right, sum = LSI_NAME(splat)(0);
    for (int l = 0; l < LANES; l++) {
        left[l] = table[2 * (long)first[l]];
        right[l] = table[2 * (long)(first[l] + s->intervals)];
    }
    // Saturations are in units of samples from the first.
    reals per_capacity = per_sample / capacity;
    reals x = amount * per_capacity - offset;
    reals before = LSI_NAME(flow_at)(table, first, last, x);
    if (s->trace) LSI_NAME(leave)(s, b, before, x, amount, capacity, per_capacity);
    double *row = rows + ROWS * LANES;
    for (int32_t m = 0; m < substeps; m++, row += LANES) {
        const reals inflow = LSI_NAME(load)(row) * share;
        reals flow = LSI_NAME(splat)(0);
        for (int32_t part = 0; part < parts; part++) {
            if (grows) {
                capacity += growth;
                per_capacity = per_sample / capacity;
            }
            reals total = amount + inflow;
            reals end = LSI_NAME(flow_at_root)(table, first, last, left, right,
                                               (total - early * before) * per_capacity - offset, late * per_capacity, x);
            end = LSI_NAME(select)(end < LEAST_FLOW, LSI_NAME(splat)(0), end);
            reals mean = implicit * end + (1 - implicit) * before;
            before = end;
            flow += mean;
            amount = total - outflow * mean;
            x = amount * per_capacity - offset;
            if (s->trace) LSI_NAME(leave)(s, b, end, x, amount, capacity, per_capacity);
        }
        LSI_NAME(store)(row, flow * share);
        sum += flow * share;
    }
    LSI_NAME(store)(rows + CAPACITY * LANES, capacity);
    LSI_NAME(store)(rows + AMOUNT * LANES, amount);
    LSI_NAME(store)(rows + MEAN * LANES, sum / (double)substeps);
}

// Hands on what leaves a cell, `handed` per unit of flux, to the cells downstream; those that wait for no other are next.
LSI_INLINE void LSI_NAME(hand_on)(const lsi_upwind_step *s, sweep *w, const record *from, const double *handed) {
    const int32_t width = ROW_WIDTH(s->substeps);
    const outlet *out = w->outlets + from->first_outlet;
    for (int32_t k = 0; k < from->outlets; k++) {
        const double flux = out[k].flux;
        record *to = record_of(w, out[k].cell);
        double *row = to->entered;
        for (int32_t m = 0; m < width; m += 4) {
            quad sum, part;
            __builtin_memcpy(&sum, row + m, sizeof sum);
            __builtin_memcpy(&part, handed + m, sizeof part);
            sum += flux * part;
            __builtin_memcpy(row + m, &sum, sizeof sum);
        }
        // It may be the next to be taken up.
        __builtin_prefetch(to);
        __builtin_prefetch(w->outlets + to->first_outlet);
        s->order[w->found] = (int32_t)out[k].cell;
        w->found += --to->waiting == 0;
    }
}

// Books what left a cell, of which the share `mean` was of the displacing phase, at its wells and in its oil.
LSI_INLINE void LSI_NAME(finish)(const lsi_upwind_step *s, record *r, int32_t cell, double outflow, double per_flux,
                                 double mean) {
    r->oil -= outflow * (1 - mean) * r->per_oil;
    if (r->well_outflow > 0) {
        s->duration[cell] = per_flux;
        s->mean_flow[cell] = mean;
    }
}

LSI_TARGET static void LSI_NAME(solve)(const lsi_upwind_step *s, sweep *w, int32_t number) {
    batch *b = w->batches + number;
    const int32_t substeps = number == 0 ? 1 : s->substeps;
    // A lane without a cell does what the first does.
    for (int32_t l = b->count; l < LANES; l++) {
        b->first[l] = b->first[0];
        for (int32_t row = 0; row < ROWS + substeps; row++) b->rows[row * LANES + l] = b->rows[row * LANES];
    }
    LSI_NAME(integrate)(s, b, substeps, number == 0 ? 1 : number);
    for (int32_t l = 0; l < b->count; l++) {
        const int32_t cell = b->cell[l];
        const double *flows = b->rows + ROWS * LANES + l;
        const double mean = b->rows[MEAN * LANES + l], per_flux = b->per_flux[l];
        record *r = record_of(w, cell);
        const double displacing = per_flux * r->per_displacing / s->substeps;
        w->handed[0] = per_flux * r->per_oil * (1 - mean);
        for (int32_t m = 0; m < s->substeps; m++) w->handed[1 + m] = displacing * flows[number == 0 ? 0 : m * LANES];
        r->displacing = b->rows[AMOUNT * LANES + l];
        r->saturation = b->rows[AMOUNT * LANES + l] / b->rows[CAPACITY * LANES + l];
        LSI_NAME(finish)(s, r, cell, b->outflow[l], per_flux, mean);
        LSI_NAME(hand_on)(s, w, r, w->handed);
    }
    b->count = 0;
}

// Takes up a cell that waits for no other, and solves its batch once that is full.
LSI_INLINE void LSI_NAME(take_up)(const lsi_upwind_step *s, sweep *w, int32_t cell) {
    const int32_t count = s->substeps;
    record *r = record_of(w, cell);
    // By the time its batch is full, what it flows into is at hand.
    for (int32_t k = 0; k < r->outlets; k++)
        __builtin_prefetch(&record_of(w, w->outlets[r->first_outlet + k].cell)->leaving, 1);
    const double *entered = r->entered;
    const double oil_in = entered[0], leaving = r->leaving;
    double displacing_in = 0;
    for (int32_t m = 0; m < count; m++) displacing_in += entered[1 + m];
    const double per_displacing = r->per_displacing, per_oil = r->per_oil;
    const double amount = r->displacing, volume = r->volume, capacity = r->capacity_before;
    const double surplus = (amount + displacing_in) / per_displacing + (r->oil + oil_in) / per_oil - volume;
    const double outflow = leaving > 0 && surplus > 0 ? surplus : 0;
    const double per_flux = leaving > 0 ? outflow / leaving : 0;
    r->oil += oil_in;
    r->waiting = TAKEN_UP;
    const int32_t type = r->rock_type, first = type * (s->intervals + 1);
    if (displacing_in == 0 && s->table[2 * (long)first] == 0 && amount <= (s->lower[type] + 1e-12) * capacity) {
        // Nothing of the displacing phase comes or moves.
        LSI_NAME(finish)(s, r, cell, outflow, per_flux, 0);
        if (s->trace) s->trace_start[cell] = -1;
        w->dry[0] = per_flux * per_oil;
        LSI_NAME(hand_on)(s, w, r, w->dry);
        return;
    }
    const int slow = outflow < SLOW_VOLUME * volume;
    const int32_t substeps = slow ? 1 : count;
    const double displacing_outflow = outflow * per_displacing / substeps;
    // Of the fastest saturation in one sub-step.
    const double courant = displacing_outflow * s->steepest[type] * s->per_sample[type] / capacity;
    int32_t number = 0, parts = 1;
    if (!slow) {
        const double share = change(s, entered, displacing_outflow, s->table + 2 * (long)first,
                                    (amount / capacity - s->lower[type]) * s->per_sample[type]) / WHOLE_CHANGE;
        const double wanted = courant * PARTS_PER_COURANT * (share < 1 ? share : 1);
        number = parts = wanted < 1 ? 1 : wanted < MOST_PARTS ? (int32_t)wanted : MOST_PARTS;
    }
    batch *b = w->batches + number;
    const int32_t l = b->count++;
    const double implicit = 1 - EXPLICIT_COURANT * parts / courant;
    b->cell[l] = cell;
    b->first[l] = first;
    b->outflow[l] = outflow;
    b->per_flux[l] = per_flux;
    b->per_displacing[l] = per_displacing;
    double *row = b->rows + l;
    row[CAPACITY * LANES] = capacity;
    row[GROWTH * LANES] = (volume * per_displacing - capacity) / substeps;
    row[AMOUNT * LANES] = amount;
    row[OUTFLOW * LANES] = displacing_outflow;
    row[PER_SAMPLE * LANES] = s->per_sample[type];
    row[OFFSET * LANES] = s->lower[type] * s->per_sample[type];
    row[IMPLICIT * LANES] = implicit > 0.5 ? implicit : 0.5;
    if (slow)
        row[ROWS * LANES] = displacing_in;
    else
        for (int32_t m = 0; m < substeps; m++) row[(ROWS + m) * LANES] = entered[1 + m];
    if (s->trace) {
        float *head = s->trace + *s->traced;
        s->trace_start[cell] = *s->traced;
        head[LSI_TRACE_PARTS] = (float)parts;
        head[LSI_TRACE_SUBSTEPS] = (float)substeps;
        head[LSI_TRACE_OUTFLOW] = (float)(outflow / (substeps * parts));
        head[LSI_TRACE_IMPLICIT] = (float)row[IMPLICIT * LANES];
        head[LSI_TRACE_PER_FLUX] = (float)per_flux;
        b->trace[l] = head + LSI_TRACE_HEAD;
        *s->traced += LSI_TRACE_HEAD + LSI_TRACE_ROW * (substeps * parts + 1);
    }
    if (b->count == LANES) LSI_NAME(solve)(s, w, number);
}

LSI_TARGET static void LSI_NAME(move)(const lsi_upwind_step *s, sweep *w) {
    begin(s, w);
    int32_t taken = 0;
    for (;;) {
        while (taken < w->found) LSI_NAME(take_up)(s, w, s->order[taken++]);
        // What is left is needed to go on: the batch that wastes the fewest lanes.
        int32_t fullest = 0;
        for (int32_t number = 1; number < BATCHES; number++)
            if (w->batches[number].count > w->batches[fullest].count) fullest = number;
        if (w->batches[fullest].count > 0)
            LSI_NAME(solve)(s, w, fullest);
        else if (taken < s->cells)
            cut_cycle(s, w);
        else
            break;
    }
    end(s, w);
}

#undef LSI_INLINE
#undef LSI_NAME
#undef LSI_TARGET
