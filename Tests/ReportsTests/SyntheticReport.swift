import Foundation
import LinearAlgebra
import Reservoir

@testable import Reports

/// Made-up results that look like a calibration, to test pages and tables with. Nothing here is a result of anything.
enum SyntheticReport {
    static let wells = [
        MapWell(name: "P1", role: .producer, column: 2, row: 2),
        MapWell(name: "P2", role: .producer, column: 37, row: 2),
        MapWell(name: "P3", role: .producer, column: 2, row: 37),
        MapWell(name: "P4", role: .producer, column: 37, row: 37),
        MapWell(name: "I1", role: .injector, column: 20, row: 20)
    ]
    static let times = (1...40).map { Double($0) * 30 * Unit.day }
    static let historyEnd = 28 * 30 * Unit.day
    static let start = Date(timeIntervalSince1970: 1_577_836_800)

    static func provenance(settings: String = "seed: 7\nprior:\n  kind: channels\n") -> Provenance {
        Provenance(
            version: "0.1.0", seed: 7, threads: 2, started: Date(timeIntervalSince1970: 1_790_000_000),
            stages: [
                Provenance.Stage(name: "prior", seconds: 4.2, reused: true),
                Provenance.Stage(name: "generate", seconds: 131), Provenance.Stage(name: "train", seconds: 205),
                Provenance.Stage(name: "calibrate", seconds: 88.4)
            ],
            forwardModel: "built-in two-phase simulator",
            facts: [Provenance.Fact("Kernels", "AVX-512"), Provenance.Fact("Case file", "five-spot/case.yaml")],
            settings: settings)
    }

    /// Sinuous bodies whose place depends on the number of the realization.
    static func channels(_ realization: Int, columns: Int = 40, rows: Int = 40) -> MapPanel {
        let shift = Double(realization % 17) * 0.7
        let values = (0..<rows * columns).map { cell -> Float in
            let x = Double(cell % columns), y = Double(cell / columns)
            let distances = [8.0, 22, 34].map { abs(y - $0 - 4 * sin(x / 6 + shift + $0)) }
            return (distances.min() ?? 9) < 2.4 ? 1 : 0
        }
        return MapPanel(
            title: "Facies", columns: columns, rows: rows, values: values,
            quantity: .facies(names: ["mud", "channel"]), wells: wells)
    }

    static func permeability(_ realization: Int) -> MapPanel {
        var map = channels(realization)
        map.title = "Permeability"
        map.quantity = .permeability
        map.values = map.values.enumerated().map { cell, facies in
            let texture = 0.3 * sin(Double(cell % 40) / 3 + Double(realization)) * cos(Double(cell / 40) / 4)
            return Float(pow(10, (facies > 0 ? 2.8 : 0.9) + texture) * Unit.millidarcy)
        }
        return map
    }

    static func mean(of count: Int) -> [Float] {
        var sum = [Float](repeating: 0, count: 1600)
        for realization in 1...count {
            for (cell, value) in channels(realization).values.enumerated() { sum[cell] += value }
        }
        return sum.map { $0 / Float(count) }
    }

    static func curve(_ key: VectorKey, shift: Double) -> [Double] {
        times.map { time in
            let share = time / (1200 * Unit.day)
            switch key.keyword {
            case "WOPR": return (180 * exp(-1.6 * share) + 12 * shift) * Unit.cubicMetrePerDay
            case "WWCT": return min(max(0.9 / (1 + exp(-9 * (share - 0.45 - 0.06 * shift))), 0), 1)
            default: return (160 + 25 * share + 6 * shift) * Unit.bar
            }
        }
    }

    static func vector(_ key: VectorKey, hasMatch: Bool) -> VectorPanel {
        var noise = RandomStream(seed: 3, purpose: "\(key)", index: 0)
        func fan(_ width: Double) -> Fan {
            let low = curve(key, shift: -width), high = curve(key, shift: width)
            return Fan(p10: zip(low, high).map(min), p50: curve(key, shift: 0.1 * width), p90: zip(low, high).map(max))
        }
        let truth = curve(key, shift: 0.2)
        let data = stride(from: 1, to: times.count, by: 2).map { index in
            let error = max(0.05 * abs(truth[index]), key.quantity == .rate ? 2 * Unit.cubicMetrePerDay : 1e-9)
            return Observation(key: key, time: times[index], value: truth[index] + error * noise.normal(), error: error)
        }
        return VectorPanel(
            key: key, times: times, historyEnd: historyEnd, prior: fan(2.5), accepted: hasMatch ? fan(0.6) : nil,
            observations: data.filter { $0.time <= historyEnd }, withheld: data.filter { $0.time > historyEnd },
            truth: truth,
            scores: hasMatch
                ? ForecastScores(
                    priorCRPS: 0.1 * abs(truth[30]), acceptedCRPS: 0.03 * abs(truth[30]), priorCoverage: 1,
                    acceptedCoverage: 0.75) : nil)
    }

    static var keys: [VectorKey] {
        ["P1", "P2", "P3", "P4"].flatMap { [VectorKey("WOPR", $0), VectorKey("WWCT", $0)] } + [VectorKey("WBHP", "I1")]
    }

    static let floor = RepresentationFloor(
        realizations: 100, p10: 0.41, median: 0.55, p90: 1.3, shareWithinThreshold: 0.61,
        perType: [NamedValue("WOPR", 0.48), NamedValue("WWCT", 0.72), NamedValue("WBHP", 0.31)],
        withDetail: .init(median: 0.35, shareWithinThreshold: 0.8))

    /// - Parameter name: to see it escaped.
    static func calibration(
        named name: String = "five-spot-channels", accepted: Int = 60, simulated: Int = 300,
        timeAxis: TimeAxis = .dates(start: start)
    ) -> CalibrationReport {
        let ranking = self.ranking(accepted: accepted, simulated: simulated)
        let mean = self.mean(of: 12)
        func map(_ title: String, _ values: [Float], _ quantity: MapPanel.Quantity) -> MapPanel {
            MapPanel(title: title, columns: 40, rows: 40, values: values, quantity: quantity, wells: wells)
        }
        let roles = [1: "best", 12: "median", 24: "most different"]
        let vectors = keys.map { vector($0, hasMatch: accepted > 0) }
        let members = (1...24).map { index in
            MemberPanel(
                realization: ranking[index - 1].realization, role: roles[index],
                maps: [channels(index), permeability(index)],
                curves: keys.map { curve($0, shift: 0.2 + 0.05 * Double(index % 9) - 0.2) })
        }
        return CalibrationReport(
            caseName: name, caseDescription: "Inverted five-spot waterflood in a channelized reservoir.",
            method: "latent ES-MDA, 4 steps of 75",
            counts: EnsembleCounts(
                proposed: simulated, simulated: simulated, failed: 3, accepted: accepted, distinct: max(0, accepted - 2)
            ),
            acceptance: AcceptanceSummary(
                dataCount: 126,
                noise: ["WOPR: 5 % of the value, at least 2 sm³/day", "WWCT: 5 % of the value, at least 0.02"],
                rule: "2 N_d O <= the 0.99 quantile of chi-square(N_d)", threshold: 0.66, overfitBelow: 0.36),
            mismatch: MismatchRange(best: 0.44, median: 3.1, worst: 412),
            acceptedMismatch: accepted > 0 ? MismatchRange(best: 0.44, median: 0.57, worst: 0.66) : nil,
            rawProposals: RawProposalSummary(
                simulated: 75, accepted: accepted > 0 ? 4 : 0,
                mismatch: MismatchRange(best: 0.6, median: 5.2, worst: 412)),
            floor: floor, warnings: ["No realization of this prior comes near WWCT:P3."],
            reasonsForNone: accepted > 0
                ? [] : ["The representation floor of 1.4 σ lies above the threshold of 1.15 σ."],
            timeAxis: timeAxis, vectors: vectors, ranking: ranking,
            maps: [
                map("Probability of channel", mean, .probability),
                map("Standard deviation of channel", mean.map { ($0 * (1 - $0)).squareRoot() }, .spread(label: "")),
                map("Mean permeability", permeability(3).values, .permeability)
            ],
            members: members, breakdown: breakdown,
            scenarios: [
                ScenarioRow(name: "azimuth 0", prior: 0.5, accepted: 0.12),
                ScenarioRow(name: "azimuth 90", prior: 0.5, accepted: 0.88)
            ],
            methods: [
                MethodRow(
                    name: "raw latent proposals", simulations: 75, accepted: 4, distinct: 4,
                    mismatch: MismatchRange(best: 0.6, median: 5.2, worst: 412), forecastCRPS: 1.4,
                    forecastCoverage: 0.6),
                MethodRow(name: "rejection sampling", simulations: 300, accepted: 0, distinct: 0, mismatch: nil)
            ],
            training: training, latent: latent, provenance: provenance())
    }

    static func ranking(accepted: Int, simulated: Int) -> [RankingRow] {
        (1...simulated).map { rank in
            let mismatch =
                rank <= accepted ? 0.44 + 0.22 * Double(rank) / Double(accepted) : 0.7 * pow(1.022, Double(rank))
            let status: RankingRow.Status =
                rank > simulated - 3
                ? .failed(why: "no convergence at 320 days")
                : rank <= accepted ? .accepted : .rejected(why: "WWCT:P3 is 4.1 σ off")
            let failed = rank > simulated - 3
            return RankingRow(
                realization: (rank * 37) % 1009, rank: failed ? nil : rank, status: status,
                mismatch: failed ? .nan : mismatch,
                perType: failed ? [] : [mismatch * 0.9, mismatch * 1.3, mismatch * 0.6],
                latentDistance: 6 + Double(rank % 13) / 5, scenario: rank % 2 == 0 ? "azimuth 0" : "azimuth 90",
                duplicateOf: rank == 5 ? 37 : nil)
        }
    }

    static var breakdown: MismatchBreakdown {
        MismatchBreakdown(
            types: ["WOPR", "WWCT", "WBHP"], wells: ["P1", "P2", "P3", "P4", "I1"],
            median: [[0.6, 0.8, .nan], [0.5, 1.4, .nan], [3.2, 71, .nan], [0.7, 0.6, .nan], [.nan, .nan, 0.4]],
            best: [[0.5, 0.5, .nan], [0.5, 0.6, .nan], [0.6, 0.9, .nan], [0.4, 0.5, .nan], [.nan, .nan, 0.4]],
            dataCount: [[14, 14, 0], [14, 14, 0], [14, 14, 0], [14, 14, 0], [0, 0, 14]])
    }
}
