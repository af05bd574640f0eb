import Calibration
import Foundation
import Reservoir
import Storage

/// The ensemble, its mismatch and its well series as tables.
struct ExportTables {
    let members: [ExportedMember]
    let scenarios: [String?]
    let test: AcceptanceTest
    let observed: ObservedData

    private var types: [String] { Set(observed.layout.entries.map(\.key.keyword)).sorted() }

    /// One line a realization, best first.
    var ensembleCSV: String {
        var csv = Storage.CSVText(
            header: ["name", "realization", "rank", "status", "mismatch"] + types.map { "mismatch_\($0)" }
                + ["weight", "repeats", "latent_distance", "scenario", "origin", "iteration"])
        for (member, scenario) in zip(members, scenarios) {
            let mismatch = member.candidate.mismatch
            var fields = [member.name, "\(member.candidate.index)", member.rank.map { "\($0)" } ?? "", member.status]
            fields.append(Self.number(mismatch?.value))
            fields += types.map { Self.number(mismatch?.byType[$0]?.value) }
            fields += [Self.number(member.weight), member.repeats.map { "\($0)" } ?? ""]
            fields += [Self.number(member.priorDistance), scenario ?? "", member.candidate.origin.rawValue]
            csv.append(fields + ["\(member.candidate.iteration)"])
        }
        return csv.text
    }

    /// One line for each realization and vector observed.
    var mismatchCSV: String {
        var csv = Storage.CSVText(header: ["name", "keyword", "well", "data", "chi_square", "mismatch"])
        for member in members {
            for (name, part) in (member.candidate.mismatch?.byVector ?? [:]).sorted(by: { $0.key < $1.key }) {
                let key = VectorKey(named: name)
                csv.append([
                    member.name, key.keyword, key.well ?? "", "\(part.count)", Self.number(part.chiSquare),
                    Self.number(part.value)
                ])
            }
        }
        return csv.text
    }

    /// One line for each realization, vector and report time, in METRIC units.
    var seriesCSV: String {
        var csv = Storage.CSVText(header: ["name", "keyword", "well", "days", "value"])
        for member in members {
            guard let series = member.series else { continue }
            for (key, values) in zip(series.keys, series.values) {
                for (time, value) in zip(series.times, values) {
                    csv.append([
                        member.name, key.keyword, key.well ?? "", Self.number(time / Unit.day),
                        Self.number(value / key.quantity.metricFactor)
                    ])
                }
            }
        }
        return csv.text
    }

    /// The ensemble and its mismatch for programs.
    func json(caseName: String, method: CalibrationMethod, seed: UInt64, claim: String?) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let content = Content(
            format: ExportFolder.format, version: 1, lsi: Version.current, caseName: caseName,
            method: method.rawValue, seed: "\(seed)", posterior: claim,
            acceptance: .init(rule: "\(test.rule)", threshold: test.threshold, data: test.dataCount),
            realizations: zip(members, scenarios).map { Content.Member($0, scenario: $1) })
        guard let data = try? encoder.encode(content) else {
            preconditionFailure("a mismatch of a simulated realization is not finite")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        return "\(value)"
    }

    private struct Content: Encodable {
        struct Acceptance: Encodable {
            let rule: String, threshold: Double, data: Int
        }

        struct Member: Encodable {
            let name: String, realization: Int, rank: Int?, status: String, mismatch: Double?
            let mismatchByType: [String: Double], mismatchByWell: [String: Double], mismatchByVector: [String: Double]
            let weight: Double, repeats: Int?, scenario: String?

            init(_ member: ExportedMember, scenario: String?) {
                let mismatch = member.candidate.mismatch
                (name, realization, rank) = (member.name, member.candidate.index, member.rank)
                (status, self.mismatch) = (member.status, mismatch?.value)
                mismatchByType = mismatch?.byType.mapValues(\.value) ?? [:]
                mismatchByWell = mismatch?.byWell.mapValues(\.value) ?? [:]
                mismatchByVector = mismatch?.byVector.mapValues(\.value) ?? [:]
                (weight, repeats, self.scenario) = (member.weight, member.repeats, scenario)
            }

            enum CodingKeys: String, CodingKey {
                case name, realization, rank, status, mismatch, weight, repeats, scenario
                case mismatchByType = "mismatch_by_type", mismatchByWell = "mismatch_by_well"
                case mismatchByVector = "mismatch_by_vector"
            }
        }

        let format: String, version: Int, lsi: String, caseName: String, method: String
        /// As text: it may have more digits than a JSON number keeps.
        let seed: String
        let posterior: String?
        let acceptance: Acceptance
        let realizations: [Member]

        enum CodingKeys: String, CodingKey {
            case format, version, lsi, method, seed, posterior, acceptance, realizations
            case caseName = "case"
        }
    }
}
