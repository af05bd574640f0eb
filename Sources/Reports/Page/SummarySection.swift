extension CalibrationReport {
    /// The first screen: what came out, how good it is, and whether the method could have reached more.
    var summarySection: PageSection {
        let state = counts.accepted > 0 ? "good" : "bad"
        let reasons: [Markup] = counts.accepted > 0 ? [] : reasonsForNone.map { "<li>\($0)</li>" }
        let why: Markup = reasons.isEmpty ? "" : "<ul>\(reasons)</ul>"
        let ranked: Markup =
            counts.accepted == 0 && !ranking.isEmpty ? "<p>They are ranked all the same, the closest first.</p>" : ""
        let warned: [Markup] = warnings.map { "<p class=\"warning\">\($0)</p>" }
        return PageSection(
            identifier: "summary", title: "Summary",
            content: """
                <div class="verdict \(state)"><p><strong>\(verdict)</strong></p>\(why)\(ranked)</div>
                \(warned)
                <div class="tiles">\(tiles)</div>
                <div class="columns">
                <div><h3>Mismatch</h3>\(mismatchTable)\(sentences)</div>
                <div><h3>Noise and rule</h3>\(ruleList)</div>
                </div>
                """)
    }

    private var tiles: [Markup] {
        let values = [
            ("Proposed", counts.proposed, ""), ("Simulated", counts.simulated, ""), ("Failed", counts.failed, ""),
            ("Accepted", counts.accepted, counts.accepted > 0 ? " key" : " none"), ("Distinct", counts.distinct, "")
        ]
        return values.map { name, value, kind in
            "<div class=\"tile\(kind)\"><b>\(NumberText.count(value))</b><span>\(name)</span></div>"
        }
    }

    private var mismatchTable: Markup {
        var table = HTMLTable(columns: [
            .text(""), .number("number"), .number("best"), .number("median"), .number("worst")
        ])
        func add(_ name: String, _ number: Int, _ range: MismatchRange) {
            let cells = [range.best, range.median, range.worst].map(Self.mismatchCell)
            table.rows.append(["\(name)", "\(NumberText.count(number))"] + cells)
        }
        if let raw = rawProposals { add("Raw latent proposals", raw.simulated, raw.mismatch) }
        if let mismatch { add("All simulated", counts.simulated - counts.failed, mismatch) }
        if let acceptedMismatch { add("Accepted", counts.accepted, acceptedMismatch) }
        if let floor {
            let cells = [floor.p10, floor.median, floor.p90].map(Self.mismatchCell)
            table.rows.append(
                ["Representation floor <small>(P10, P50, P90)</small>", "\(NumberText.count(floor.realizations))"]
                    + cells)
        }
        return """
            \(table.markup)<p class="muted">Mismatch <i>O</i> = ½ N<sub>d</sub><sup>−1</sup> \
            r<sup>T</sup>C<sub>D</sub><sup>−1</sup>r; the truth has 0.5 on average. Beside it in noise units: \
            √(2<i>O</i>), the root-mean-square residual in standard deviations of the noise.</p>
            """
    }

    static func mismatchCell(_ mismatch: Double) -> Markup {
        guard mismatch.isFinite else { return "\(NumberText.none)" }
        return "\(NumberText.significant(mismatch)) <small>\(inNoiseUnits(mismatch))</small>"
    }

    private var sentences: [Markup] {
        [rawProposalSentence, floorSentence].compactMap { $0 }.map { "<p>\($0)</p>" }
    }

    private var ruleList: Markup {
        let noise: [Markup] = acceptance.noise.map { "<li>\($0)</li>" }
        let overfit: Markup =
            acceptance.overfitBelow.map { "<dt>Overfit</dt><dd>flagged below \(Self.mismatchCell($0))</dd>" } ?? ""
        let coverage: Markup =
            floor.map {
                "<dt>Floor within threshold</dt><dd>\(NumberText.percent($0.shareWithinThreshold)) of held-out</dd>"
            } ?? ""
        return """
            <dl><dt>Method</dt><dd>\(method)</dd><dt>Ensemble</dt><dd>\(ensembleSentence)</dd>
            <dt>Data</dt><dd>\(NumberText.count(acceptance.dataCount)) observed values</dd>
            <dt>Noise (standard deviation)</dt><dd><ul>\(noise)</ul></dd>
            <dt>Accepted if</dt><dd>\(acceptance.rule)</dd>
            <dt>Threshold</dt><dd>\(Self.mismatchCell(acceptance.threshold))</dd>\(overfit)\(coverage)</dl>
            """
    }
}
