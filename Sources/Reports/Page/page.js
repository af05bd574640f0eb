"use strict";
(() => {
    const data = JSON.parse(document.getElementById("report-data").textContent);
    const ink = "#16202b", muted = "#5f6b7a", rule = "#e3e8ee", shading = "#f4f1ea";
    const font = { family: "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif", size: 11, color: muted };
    const options = {
        displaylogo: false, responsive: true, displayModeBar: "hover",
        modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]]
    };
    const modebar = { bgcolor: "rgba(255,255,255,0.85)", color: "#9aa5b1", activecolor: ink };
    let selected = null;

    // --- Charts -----------------------------------------------------------------------------------------------

    const translucent = (color, alpha) => {
        const part = (start) => parseInt(color.slice(start, start + 2), 16);
        return `rgba(${part(1)},${part(3)},${part(5)},${alpha})`;
    };

    /** Values of an axis as Plotly takes them: dates as text, logarithms where bars stand on a logarithmic axis. */
    const coordinates = (values, axis, takesLogarithm) => {
        if (axis.scale === "date") { return values.map((v) => v === null ? null : new Date(v * 1000).toISOString().slice(0, 19)); }
        return takesLogarithm ? values.map((v) => v > 0 ? Math.log10(v) : null) : values;
    };

    const plainNumber = (v) => v >= 1e5 || v < 1e-3 ? v.toExponential(0) : String(Number(v.toPrecision(2)));

    /** Ticks at 1, 2 and 5 times the powers of ten for an axis that holds logarithms. */
    const logarithmicTicks = (low, high, isNarrow = false) => {
        const values = [], texts = [];
        const steps = high - low > (isNarrow ? 1 : 3) ? [1] : [1, 2, 5];
        for (let decade = Math.floor(low); decade <= Math.ceil(high); decade++) {
            for (const step of steps) {
                values.push(decade + Math.log10(step));
                texts.push(plainNumber(step * 10 ** decade));
            }
        }
        return { tickmode: "array", tickvals: values, ticktext: texts };
    };

    /** The decimal logarithms between which the positive ones of these values lie. */
    const decades = (values) => {
        const logarithms = values.filter((v) => v > 0).map(Math.log10);
        return [logarithms.reduce((a, b) => Math.min(a, b), Infinity), logarithms.reduce((a, b) => Math.max(a, b), -Infinity)];
    };

    const axisLayout = (axis, isLogarithm, values) => {
        const layout = {
            title: { text: axis.label, font: { ...font, size: 11 }, standoff: 6 }, gridcolor: rule, linecolor: "#b8c1cc",
            showline: true, zeroline: false, ticks: "outside", ticklen: 3, tickcolor: "#b8c1cc", automargin: true,
            tickfont: font, hoverformat: ".4~g"
        };
        if (axis.limits) { layout.range = axis.limits; }
        if (axis.scale === "date") {
            // Level labels: months and years need more room than years alone.
            const years = (Math.max(...values) - Math.min(...values)) / (365 * 86400);
            Object.assign(layout, { type: "date", tickangle: 0, nticks: years < 4 ? 4 : 6 });
            delete layout.hoverformat;
        }
        if (axis.scale !== "logarithmic") { return layout; }
        const [low, high] = decades(values);
        if (!(low <= high)) { return layout; }
        const ticks = logarithmicTicks(low, high);
        if (!isLogarithm) {
            layout.type = "log";
            ticks.tickvals = ticks.tickvals.map((v) => 10 ** v);
        }
        return Object.assign(layout, ticks);
    };

    const chartTraces = (chart, asLogarithm) => {
        const x = (values) => coordinates(values, chart.x, asLogarithm);
        const traces = [];
        for (const band of chart.bands) {
            const edge = { x: x(band.x), mode: "lines", line: { width: 0 }, hoverinfo: "skip", legendgroup: band.name };
            traces.push({ ...edge, y: band.low, showlegend: false });
            traces.push({ ...edge, y: band.high, fill: "tonexty", fillcolor: translucent(band.color, 0.25), name: band.name });
        }
        for (const bars of chart.bars) {
            const left = x(bars.left), right = x(bars.right);
            traces.push({
                type: "bar", name: bars.name, y: bars.height, x: left.map((l, i) => (l + right[i]) / 2),
                width: left.map((l, i) => right[i] - l), marker: { color: bars.color, line: { width: 0 } },
                customdata: bars.left.map((l, i) => `${plainText(l)} to ${plainText(bars.right[i])}`),
                hovertemplate: "%{customdata}: %{y:,.4~g}<extra>" + hoverText(bars.name) + "</extra>"
            });
        }
        for (const line of chart.lines) {
            traces.push({
                x: x(line.x), y: line.y, mode: "lines", name: line.name, connectgaps: false,
                line: { color: line.color, width: 1.8, dash: line.dashed ? "dash" : "solid" }
            });
        }
        for (const points of chart.points) {
            const many = points.x.length > 300;
            const trace = {
                x: x(points.x), y: points.y, mode: "markers", name: points.name, customdata: points.realizations,
                marker: { color: points.color, size: many ? 4 : 5, opacity: many ? 0.55 : 0.95 }
            };
            if (points.error.length) {
                trace.error_y = { type: "data", array: points.error, color: points.color, thickness: 1, width: 0 };
            }
            if (points.realizations.length) {
                trace.hovertemplate = "realization %{customdata}<extra>" + hoverText(points.name) + "</extra>";
            }
            traces.push(trace);
        }
        return traces;
    };

    const plainText = (v) => v === null ? "" : String(Number(v.toPrecision(3)));

    /** Plotly reads some tags in its texts; names of users hold none. */
    const hoverText = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/%\{/g, "% {");

    const safeLabels = (chart) => {
        const safe = (marks) => marks.map((mark) => ({ ...mark, name: mark.name && hoverText(mark.name), label: mark.label && hoverText(mark.label) }));
        return {
            ...chart, x: { ...chart.x, label: hoverText(chart.x.label) }, y: { ...chart.y, label: hoverText(chart.y.label) },
            bands: safe(chart.bands), bars: safe(chart.bars), lines: safe(chart.lines), points: safe(chart.points),
            verticals: safe(chart.verticals), horizontals: safe(chart.horizontals)
        };
    };

    const chartShapes = (chart, asLogarithm) => {
        const x = (value) => coordinates([value], chart.x, asLogarithm)[0];
        const shapes = [], annotations = [];
        if (chart.shaded) {
            shapes.push({
                type: "rect", yref: "paper", y0: 0, y1: 1, x0: x(chart.shaded[0]), x1: x(chart.shaded[1]), layer: "below",
                fillcolor: shading, line: { width: 0 }
            });
        }
        for (const [index, mark] of chart.verticals.entries()) {
            const place = x(mark.value);
            // On a logarithmic axis shapes take values, annotations their logarithms.
            const anchor = chart.x.scale === "logarithmic" && !asLogarithm ? Math.log10(place) : place;
            shapes.push({ type: "line", yref: "paper", y0: 0, y1: 1, x0: place, x1: place, line: { color: mark.color, width: 1.5, dash: "dot" } });
            annotations.push({
                x: anchor, yref: "paper", y: 1, text: mark.label, showarrow: false, xanchor: "auto", yanchor: "bottom",
                yshift: 14 * index, font: { ...font, color: mark.color }
            });
        }
        for (const mark of chart.horizontals) {
            shapes.push({ type: "line", xref: "paper", x0: 0, x1: 1, y0: mark.value, y1: mark.value, line: { color: mark.color, width: 1.5, dash: "dot" } });
        }
        return { shapes, annotations };
    };

    const drawChart = (element, figure) => {
        const chart = safeLabels(figure);
        const asLogarithm = chart.bars.length > 0 && chart.x.scale === "logarithmic";
        const spans = [chart.bands, chart.bars, chart.lines, chart.points].flat();
        const across = spans.flatMap((s) => s.x || s.left.concat(s.right));
        const upward = spans.flatMap((s) => s.y || s.height || s.low.concat(s.high));
        const layout = {
            margin: { l: 48, r: 10, t: 8 + 14 * chart.verticals.length, b: chart.legend ? 58 : 36 }, font, modebar, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
            xaxis: axisLayout(chart.x, asLogarithm, across), yaxis: { ...axisLayout(chart.y, false, upward), rangemode: chart.y.zero ? "tozero" : "normal" },
            showlegend: chart.legend, legend: { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0, font }, barmode: "stack", bargap: 0,
            hovermode: "closest", hoverlabel: { font: { ...font, color: ink }, bgcolor: "#fff" }, dragmode: "zoom",
            ...chartShapes(chart, asLogarithm)
        };
        if (chart.square) { layout.yaxis.scaleanchor = "x"; layout.yaxis.constrain = "domain"; layout.xaxis.constrain = "domain"; }
        Plotly.newPlot(element, chartTraces(chart, asLogarithm), layout, options).then(() => {
            element.on("plotly_click", (event) => {
                const realization = event.points[0] && event.points[0].customdata;
                if (Number.isInteger(realization)) { select(realization); }
            });
            if (figure.vector !== undefined) { overlay(element, figure.vector); }
        });
    };

    // --- Maps -------------------------------------------------------------------------------------------------

    const mapValues = (map) => {
        const bytes = Uint8Array.from(atob(map.cells), (letter) => letter.charCodeAt(0));
        const isFacies = map.facies.length > 0;
        const rows = [];
        for (let row = 0; row < map.rows; row++) {
            rows.push(Array.from(bytes.subarray(row * map.columns, (row + 1) * map.columns), (byte) => {
                if (byte === 255) { return null; }
                return isFacies ? byte : map.low + (map.high - map.low) * byte / 254;
            }));
        }
        return rows;
    };

    const colorScale = (map) => {
        const count = map.colors.length;
        if (!map.facies.length) { return map.colors.map((color, i) => [i / (count - 1), color]); }
        return map.colors.flatMap((color, i) => [[i / count, color], [(i + 1) / count, color]]);
    };

    const colorBar = (map, isNarrow) => {
        const bar = {
            orientation: "h", y: 0, yanchor: "top", ypad: 5, x: 0.5, xanchor: "center", xpad: 0, len: 0.88, thickness: 8,
            outlinewidth: 0, tickfont: font, ticklabeloverflow: "allow", tickangle: 0, nticks: isNarrow ? 4 : 6, title: { text: hoverText(map.label), side: "bottom", font }
        };
        if (map.logarithmic) { Object.assign(bar, logarithmicTicks(map.low, map.high, isNarrow)); }
        return bar;
    };

    const drawMap = (element, map) => {
        const values = mapValues(map);
        const shown = values.map((row) => row.map((v) => {
            if (v === null) { return "inactive"; }
            if (map.facies.length) { return hoverText(map.facies[v] || String(v)); }
            return `${Number((map.logarithmic ? 10 ** v : v).toPrecision(3))} ${hoverText(map.label)}`;
        }));
        const heat = {
            type: "heatmap", z: values, text: shown, zmin: map.low, zmax: map.high, colorscale: colorScale(map),
            showscale: !map.facies.length, colorbar: colorBar(map, element.clientWidth < 260), hovertemplate: "column %{x}, row %{y}: %{text}<extra></extra>",
            x: Array.from({ length: map.columns }, (_, i) => i + 1), y: Array.from({ length: map.rows }, (_, i) => i + 1)
        };
        const wells = {
            type: "scatter", mode: "markers", x: map.wells.map((w) => w.column + 1), y: map.wells.map((w) => w.row + 1),
            text: map.wells.map((w) => hoverText(w.name)), showlegend: false,
            hovertemplate: "%{text}<extra></extra>",
            marker: { size: 8, color: map.wells.map((w) => w.injector ? "#fff" : ink), line: { color: map.wells.map((w) => w.injector ? ink : "#fff"), width: 1.6 } }
        };
        // Names stand away from the nearer edge, on a ground that keeps them readable on any colour.
        const names = map.wells.map((w) => ({
            x: w.column + 1, y: w.row + 1, text: hoverText(w.name), showarrow: false, borderpad: 1,
            yshift: (w.row < 0.15 * map.rows) === map.top ? -13 : 13, bgcolor: "rgba(255,255,255,0.72)",
            font: { ...font, size: 10, color: ink }
        }));
        const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "", constrain: "domain" };
        const layout = {
            margin: { l: 1, r: 1, t: 1, b: 1 }, font, modebar, showlegend: false, annotations: names, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "#fff", dragmode: "zoom",
            xaxis: { ...bare, range: [0.5, map.columns + 0.5] },
            yaxis: {
                ...bare, range: map.top ? [map.rows + 0.5, 0.5] : [0.5, map.rows + 0.5], scaleanchor: "x",
                scaleratio: map.aspect
            },
            hoverlabel: { font: { ...font, color: ink }, bgcolor: "#fff" }
        };
        const room = map.facies.length ? 0 : map.label ? 44 : 28;
        layout.margin.b += room;
        element.fitHeight = () => {
            const height = (element.clientWidth - 2) * map.rows * map.aspect / map.columns;
            element.style.height = `${Math.round(Math.min(Math.max(height, 90), 1.6 * element.clientWidth)) + room + 2}px`;
        };
        element.fitHeight();
        if (map.facies.length) { element.after(faciesLegend(map)); }
        Plotly.newPlot(element, [heat, wells], layout, options);
    };

    const faciesLegend = (map) => {
        const legend = document.createElement("p");
        legend.className = "legend facies";
        map.facies.forEach((name, code) => {
            const entry = document.createElement("span"), swatch = document.createElement("i");
            swatch.className = "area";
            swatch.style.background = map.colors[code];
            entry.append(swatch, name);
            legend.append(entry);
        });
        return legend;
    };

    // --- Drawing when seen ------------------------------------------------------------------------------------

    const draw = (element) => {
        if (element.dataset.drawn) { return; }
        element.dataset.drawn = "yes";
        const figure = data.figures[Number(element.dataset.figure)];
        (figure.kind === "map" ? drawMap : drawChart)(element, figure);
    };
    const places = Array.from(document.querySelectorAll("[data-figure]"));
    const observer = new IntersectionObserver((entries) => {
        for (const entry of entries) { if (entry.isIntersecting) { draw(entry.target); observer.unobserve(entry.target); } }
    }, { rootMargin: "400px" });
    places.forEach((place) => observer.observe(place));
    const fit = () => document.querySelectorAll(".js-plotly-plot").forEach((plot) => {
        if (!plot.offsetWidth) { return; }
        if (plot.fitHeight) { plot.fitHeight(); }
        Plotly.Plots.resize(plot);
    });

    /** Diagrams take their size from the screen. So paper's rules hold on the screen while they are fitted for it. */
    const printRules = Array.from(document.styleSheets).flatMap((sheet) => Array.from(sheet.cssRules))
        .filter((rule) => rule.media && rule.media.mediaText === "print");
    const laidOutForPaper = (isPaper) => {
        printRules.forEach((rule) => { rule.media.mediaText = isPaper ? "all" : "print"; });
        // A4 and Letter less the margins, whichever is narrower.
        document.body.style.width = isPaper ? "182mm" : "";
    };
    window.addEventListener("beforeprint", () => {
        laidOutForPaper(true);
        places.forEach(draw);
        fit();
    });
    window.addEventListener("afterprint", () => {
        laidOutForPaper(false);
        fit();
    });

    // --- Selecting a realization ------------------------------------------------------------------------------

    const curve = (vector) => {
        const member = selected !== null && data.members[selected];
        return member && member.curves[vector] ? member.curves[vector] : null;
    };

    const curveTrace = (vector, axis) => ({
        x: coordinates(data.vectors[vector].times, axis), y: curve(vector), mode: "lines", name: `Realization ${selected}`,
        line: { color: data.selected, width: 2 }
    });

    /** The selected realization's curve over one vector's chart, in place of that of the one before. */
    const overlay = (element, vector) => {
        const old = element.data.findIndex((trace) => trace.name && trace.name.startsWith("Realization "));
        if (old >= 0) { Plotly.deleteTraces(element, old); }
        const figure = data.figures.find((f) => f.vector === vector);
        if (curve(vector)) { Plotly.addTraces(element, curveTrace(vector, figure.x)); }
    };

    const showCurve = () => {
        const choice = document.getElementById("detail-vector"), element = document.getElementById("detail-curve");
        if (!choice || !element || selected === null) { return; }
        const figure = data.figures.find((f) => f.vector === Number(choice.value));
        if (figure) { drawChart(element, figure); }
    };

    const showMaps = (member) => {
        const box = document.getElementById("detail-maps");
        box.querySelectorAll(".drawing").forEach((old) => Plotly.purge(old));
        box.replaceChildren();
        for (const map of member.maps) {
            const figure = document.createElement("figure"), caption = document.createElement("figcaption"), drawing = document.createElement("div");
            figure.className = "plot";
            caption.textContent = map.title;
            drawing.className = "drawing";
            figure.append(caption, drawing);
            box.append(figure);
            drawMap(drawing, map);
        }
    };

    const select = (realization) => {
        const member = data.members && data.members[realization];
        if (!member) { return; }
        selected = realization;
        document.querySelectorAll("#ranking-table tr.selected").forEach((row) => row.classList.remove("selected"));
        const row = document.querySelector(`#ranking-table tr[data-realization="${realization}"]`);
        if (row) { row.classList.add("selected"); }
        const role = member.role ? ` (${member.role})` : "";
        document.getElementById("detail-title").textContent = `Realization ${realization}${role}`;
        showMaps(member);
        showCurve();
        for (const place of places) {
            const figure = data.figures[Number(place.dataset.figure)];
            if (place.dataset.drawn && figure.vector !== undefined && place.data) { overlay(place, figure.vector); }
        }
    };

    const table = document.getElementById("ranking-table");
    if (table) {
        table.tBodies[0].addEventListener("click", (event) => {
            const row = event.target.closest("tr[data-realization]");
            if (!row) { return; }
            select(Number(row.dataset.realization));
            const detail = document.getElementById("detail");
            if (detail && window.innerWidth < 1024) { detail.scrollIntoView({ behavior: "smooth", block: "start" }); }
        });
        const first = table.querySelector("tr[data-realization]");
        if (first && document.getElementById("detail")) { select(Number(first.dataset.realization)); }
    }
    const choice = document.getElementById("detail-vector");
    if (choice) { choice.addEventListener("change", showCurve); }

    // --- Sorting ----------------------------------------------------------------------------------------------

    const sortKey = (row, column) => {
        const cell = row.cells[column];
        if (cell.dataset.value !== undefined) { return Number(cell.dataset.value); }
        return cell.classList.contains("number") ? Infinity : cell.textContent;
    };

    const sortBy = (head) => {
        const descending = head.getAttribute("aria-sort") === "ascending";
        const body = table.tBodies[0], column = head.cellIndex, sign = descending ? -1 : 1;
        const rows = Array.from(body.rows, (row) => ({ row, key: sortKey(row, column) }));
        rows.sort((a, b) => {
            // What has no number stays last either way.
            if (a.key === Infinity || b.key === Infinity) { return (a.key === Infinity) - (b.key === Infinity); }
            return sign * (typeof a.key === "number" ? a.key - b.key : a.key.localeCompare(b.key));
        });
        table.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        body.append(...rows.map((entry) => entry.row));
    };
    if (table) {
        table.querySelectorAll("th button").forEach((button) => button.addEventListener("click", () => sortBy(button.closest("th"))));
    }

    // --- Showing one kind of vector ---------------------------------------------------------------------------

    document.querySelectorAll("[data-show]").forEach((button) => button.addEventListener("click", () => {
        document.querySelectorAll("[data-show]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
        document.querySelectorAll("[data-group]").forEach((figure) => {
            figure.hidden = button.dataset.show !== "" && figure.dataset.group !== button.dataset.show;
        });
    }));
    document.documentElement.dataset.ready = "yes";
})();
