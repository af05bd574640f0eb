import Foundation
import Reservoir

/// OPM Flow as forward model: every realization becomes a deck, which the program `flow` runs in a folder of its own.
///
/// A run that fails, takes too long, or goes on after having shut a well it could not solve spoils its own realization
/// only. Each simulator is one process of one thread; several may run at once.
public struct OPMFlowModel: ForwardModel {
    public struct Settings: Equatable, Sendable, Codable {
        /// A run that takes longer is stopped [s].
        public var timeout = 1800.0
        /// Further options for `flow`, for example `--solver-max-time-step-in-days=10`.
        public var arguments: [String] = []
        /// The program: a name to look for on the `PATH`, or a path.
        public var program = "flow"
        /// Where runs take place; `nil`: the system's folder for temporary files.
        public var scratchFolder: String?

        public init() {}

        /// - Throws: ``ParameterError`` naming the first setting out of range.
        public func validate() throws(ParameterError) {
            try require(
                timeout > 0 && timeout <= 1e7, "timeout", "\(timeout)", "must be above 0 and at most 1e7 seconds")
            for argument in arguments {
                try require(argument.hasPrefix("--"), "arguments", argument, "must be options that begin with `--`")
            }
        }
    }

    public let vectorKeys: [VectorKey]
    public let reportTimes: [Double]
    public let settingsDigest: String
    fileprivate let grid: Grid
    fileprivate let template: DeckTemplate
    fileprivate let settings: Settings
    fileprivate let program: FlowProgram

    /// A deck is written for `model`.
    /// - Throws: ``SimulationFailure`` if `flow` is not installed; ``ParameterError`` if a setting is out of range or a
    ///   well's name does not fit a deck.
    public init(
        model: ReservoirModel, vectorKeys: [VectorKey], start: DeckDate = .deckDefault, settings: Settings = .init()
    ) throws {
        try self.init(
            template: DeckTemplate(model: model, start: start, summary: vectorKeys), grid: model.grid,
            vectorKeys: vectorKeys, reportTimes: model.schedule.reportTimes, settings: settings)
    }

    /// A deck of the user's, whose summary must hold `vectorKeys` at `reportTimes` [s].
    /// - Throws: as ``init(model:vectorKeys:start:settings:)``.
    public init(
        template: DeckTemplate, grid: Grid, vectorKeys: [VectorKey], reportTimes: [Double], settings: Settings = .init()
    ) throws {
        try settings.validate()
        let program = try FlowProgram(named: settings.program)
        (self.template, self.grid, self.settings, self.program) = (template, grid, settings, program)
        (self.vectorKeys, self.reportTimes) = (vectorKeys, reportTimes)
        settingsDigest = Self.digest(template, program, settings, vectorKeys, reportTimes)
    }

    /// The version of `flow` that runs.
    public var simulatorVersion: String { program.version }

    public func makeSimulator() throws -> any ForwardSimulator { OPMFlowSimulator(self) }

    /// A hash of all that decides the result: 64-bit FNV-1a (Fowler, Noll, Vo).
    private static func digest(
        _ template: DeckTemplate, _ program: FlowProgram, _ settings: Settings, _ keys: [VectorKey], _ times: [Double]
    ) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        for (name, bytes) in template.files.sorted(by: { $0.key < $1.key }) {
            add(name.utf8)
            add(bytes)
        }
        for text in settings.arguments + keys.map(\.description) + times.map({ "\($0)" }) { add(text.utf8) }
        return "opm-flow \(program.version) \(String(hash, radix: 16))"
    }
}

/// Runs realizations one after the other.
final class OPMFlowSimulator: ForwardSimulator {
    private let model: OPMFlowModel

    init(_ model: OPMFlowModel) { self.model = model }

    func simulate(_ realization: Realization) throws(SimulationFailure) -> ProductionSeries {
        let settings = model.settings
        let root = settings.scratchFolder.map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
        let folder = root.appendingPathComponent("lsi-flow-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try realization.validate(on: model.grid)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try model.template.write(realization, on: model.grid, to: folder)
        } catch let error as ParameterError {
            throw SimulationFailure(error.description)
        } catch {
            throw SimulationFailure("cannot write the deck into \(folder.path): \(error.localizedDescription)")
        }
        try model.program.simulate(
            deckNamed: model.template.deckName, in: folder, arguments: settings.arguments, timeout: settings.timeout)
        let summary: SummaryFile
        do {
            let name = (model.template.deckName as NSString).deletingPathExtension
            summary = try SummaryFile(contentsOf: folder.appendingPathComponent("\(name.uppercased()).SMSPEC"))
        } catch {
            throw SimulationFailure("flow left no readable summary: \(error)")
        }
        return try reported(summary)
    }

    /// The wanted vectors at the report times. A summary holds time in single precision, hence the tolerance.
    private func reported(_ summary: SummaryFile) throws(SimulationFailure) -> ProductionSeries {
        let wanted: ProductionSeries
        do {
            wanted = try summary.series(of: model.vectorKeys)
        } catch {
            throw SimulationFailure(error.description)
        }
        let steps = wanted.times
        var columns: [Int] = []
        var next = 0
        for time in model.reportTimes {
            let tolerance = 1e-6 * time
            while next < steps.count, steps[next] < time - tolerance { next += 1 }
            guard next < steps.count, steps[next] <= time + tolerance else {
                throw SimulationFailure("flow reported nothing at \(time / Unit.day) days")
            }
            columns.append(next)
        }
        return ProductionSeries(
            times: model.reportTimes, keys: wanted.keys, values: wanted.values.map { row in columns.map { row[$0] } })
    }
}
