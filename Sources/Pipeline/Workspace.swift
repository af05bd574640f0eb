import Foundation
import NeuralNetworks
import Storage

/// The folder that holds everything made from one case, and what is known about each stage's output.
///
///     <output>/
///       prior/        realizations, in blocks
///       preview/      a page that shows the prior
///       training/     their simulated series, in blocks
///       network/      the trained networks and the last checkpoint
///       calibration/  candidates, accepted realizations, mismatch
///       report/       the page, figures and tables
///       validation/   synthetic truths with what came of each, their page and tables
///       stages.json   digest, time and version of each finished stage
public struct Workspace: Sendable {
    public let root: URL

    public init(root: URL) { self.root = root }

    public func folder(_ stage: Stage) -> URL { root.appending(path: stage.rawValue, directoryHint: .isDirectory) }

    /// Makes the folder of a stage.
    /// - Throws: `StorageError` naming the folder, the reason and what to do.
    public func prepare(_ stage: Stage) throws -> URL {
        let folder = folder(stage)
        try Files.createFolder(folder.path)
        return folder
    }

    /// What is known of finished stages; empty if there is no record or it cannot be read.
    public var records: [Stage: StageRecord] {
        guard let data = try? Data(contentsOf: recordFile),
            let records = try? JSONDecoder().decode([String: StageRecord].self, from: data)
        else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: records.compactMap { name, record in Stage(rawValue: name).map { ($0, record) } })
    }

    /// Whether the stage has run to its end with just this digest, and nobody has removed what it made.
    public func isFinished(_ stage: Stage, digest: String) -> Bool {
        records[stage]?.digest == digest && Files.exists(folder(stage).path)
    }

    public func markFinished(_ stage: Stage, _ record: StageRecord) throws {
        var all = Dictionary(uniqueKeysWithValues: records.map { ($0.rawValue, $1) })
        all[stage.rawValue] = record
        try write(all)
    }

    /// Forgets a stage before its output changes, so that a killed run is never taken for a finished one.
    public func markUnfinished(_ stage: Stage) throws {
        guard records[stage] != nil else { return }
        var all = Dictionary(uniqueKeysWithValues: records.map { ($0.rawValue, $1) })
        all[stage.rawValue] = nil
        try write(all)
    }

    private var recordFile: URL { root.appending(path: "stages.json") }

    private func write(_ records: [String: StageRecord]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let text = String(decoding: try encoder.encode(records), as: UTF8.self)
        try Files.write(text + "\n", to: recordFile.path)
    }
}

/// The stages in the order in which they run; the raw value names the folder.
public enum Stage: String, Codable, Sendable, CaseIterable {
    case prior, training, network, calibration, report, validation

    /// As written on the terminal and in the report.
    public var title: String {
        switch self {
        case .prior: "prior"
        case .training: "training pairs"
        case .network: "networks"
        case .calibration: "calibration"
        case .report: "report"
        case .validation: "validation"
        }
    }
}

/// What is kept about a finished stage.
public struct StageRecord: Codable, Equatable, Sendable {
    /// Of the settings and inputs that the output came from.
    public let digest: String
    public let seed: UInt64
    /// Version of lsi that made it.
    public let version: String
    /// Wall-clock time it took [s], summed over interrupted runs.
    public let seconds: Double
    public let finished: Date

    public init(digest: String, seed: UInt64, seconds: Double, finished: Date = Date()) {
        (self.digest, self.seed, self.seconds, self.finished) = (digest, seed, seconds, finished)
        version = Version.current
    }
}

public enum Version {
    public static let current = "0.1.0"

    /// With what decides speed on this machine.
    public static var text: String { "lsi \(current), vector instructions: \(KernelVariant.current.name)" }
}
