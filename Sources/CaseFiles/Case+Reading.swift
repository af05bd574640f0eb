import FlowSimulation
import Foundation
import PriorModels
import Reservoir
import Storage
import Yams

extension Case {
    /// Whether a case may be read before its observations exist.
    public enum ObservationNeed: Sendable {
        case required, ifPresent
    }

    /// Reads a case with the files it names.
    /// - Parameter path: of the case file, or of the folder that holds a `case.yaml`.
    /// - Throws: ``CaseFileError`` with every problem found.
    public static func read(_ path: String, observations: ObservationNeed = .required) throws(CaseFileError) -> Case {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = exists && isFolder.boolValue ? (path as NSString).appendingPathComponent("case.yaml") : path
        let text: String
        do {
            text = try Files.readText(file)
        } catch {
            throw CaseFileError([
                CaseFileError.Problem(
                    file: error.path, line: error.line, field: "", reason: .other("\(error.reason); \(error.advice)"))
            ])
        }
        return try parse(text, file: file, folder: Files.parent(of: file), observations: observations)
    }

    /// Reads a case from text.
    /// - Parameters:
    ///   - file: named in problems.
    ///   - folder: where the files it names are.
    public static func parse(
        _ text: String, file: String, folder: String, observations: ObservationNeed = .required
    ) throws(CaseFileError) -> Case {
        let mapping = try CaseDocument.parse(text, file: file)
        let context = ReadingContext(file: file, folder: folder)
        let root = Section(path: "", mapping: mapping, line: nil, context: context)
        let result = CaseReader(root: root, observationNeed: observations).read()
        root.finish()
        guard let result, context.problems.isEmpty else {
            throw CaseFileError(inOrder(context.problems, mainFile: file))
        }
        return result
    }

    /// Every field of the case file, in the order in which the file is read.
    public static var fields: [FieldDescription] {
        let context = ReadingContext(file: "", folder: "", isDescribing: true)
        let root = Section(path: "", mapping: nil, line: nil, context: context)
        _ = CaseReader(root: root, observationNeed: .required).read()
        return context.fields
    }

    /// The case file's problems first, then those of other files; by line within a file.
    private static func inOrder(
        _ problems: [CaseFileError.Problem], mainFile: String
    ) -> [CaseFileError.Problem] {
        let order = problems.enumerated().sorted { a, b in
            let first = (a.element.file == mainFile ? 0 : 1, a.element.file, a.element.line ?? 0, a.offset)
            let second = (b.element.file == mainFile ? 0 : 1, b.element.file, b.element.line ?? 0, b.offset)
            return first < second
        }
        return order.map(\.element)
    }
}

/// Reads the sections of a case in the order of the file and puts them together.
struct CaseReader {
    let root: Section
    let observationNeed: Case.ObservationNeed

    func read() -> Case? {
        let context = root.context
        let name = root.text(
            "name", default: Files.name(of: context.folder),
            "Shown in reports; by default the folder's.")
        let summary = root.text("summary", default: "", "One or two sentences for the report.")
        let seed = root.integer(
            "seed", 0...Int.max, default: 1, "Everything random follows from it: the same seed gives the same results.")
        let start = startDate()
        context.startDate = start
        let output = root.text("output", default: "results", "Folder for results, beside the case file.")
        let readGrid = readGrid(root)
        let grid = readGrid?.grid
        var forwardModel = readForwardModel(root)
        let flow: ReadFlow
        if case .rays(let plan) = forwardModel, !root.isDescribing {
            refuseFlow()
            flow = ReadFlow(
                wells: ReadWells(sound: [], names: [], isSound: true), simulator: SimulatorSettings(),
                model: grid.flatMap { .withoutFlow($0, positions: plan.positions) })
        } else {
            flow = readFlow(readGrid)
        }
        let prior = readPrior(root, grid: grid, wells: flow.wells, seed: UInt64(seed))
        if case .rays(let plan) = forwardModel, let grid, let prior {
            let completed = root.build { () throws(ParameterError) in
                try plan.completed(grid: grid, prior: prior, seed: UInt64(seed))
            }
            forwardModel = .rays(completed ?? plan)
        }
        let training = readTraining(root)
        let calibration = readCalibration(root)
        let (model, simulator) = (flow.model, flow.simulator)
        let observations = readObservations(
            // What was measured at a well with something wrong would be wrong line after line.
            root, model: flow.wells.isSound ? model : nil, forwardModel, need: observationNeed)
        let twin = readCoarseTwin(root, grid: grid)
        guard let model, let prior, let training, let calibration, let observations else { return nil }
        return Case(
            file: context.file, folder: context.folder, name: name, summary: summary, seed: UInt64(seed),
            outputFolder: context.path(of: output), startDate: start, reservoir: model,
            forwardModel: forwardModel, simulator: simulator,
            prior: prior.settings, hardData: prior.hardData, training: training, calibration: calibration,
            observations: observations.plan, measured: observations.measured, truth: observations.truth,
            coarseTwin: twin)
    }

    /// What a simulator of flow is told beside the grid.
    private struct ReadFlow {
        let wells: ReadWells
        let simulator: SimulatorSettings
        let model: ReservoirModel?
    }

    private func readFlow(_ readGrid: ReadGrid?) -> ReadFlow {
        let fluids = readFluids(root)
        let rock = readRock(root, cells: readGrid?.cells, displacing: fluids?.displacing ?? .water)
        let initial = readInitialState(root)
        let wells = readWells(root, grid: readGrid?.grid, displacing: fluids?.displacing ?? .water)
        let schedule = readSchedule(root, wells: wells, displacing: fluids?.displacing ?? .water)
        let simulator = readSimulator(root, end: schedule?.reportTimes.last)
        return ReadFlow(
            wells: wells, simulator: simulator,
            model: assemble(readGrid?.grid, rock, fluids, initial, wells, schedule))
    }

    /// Sections that a case without flow cannot have.
    private func refuseFlow() {
        for key in ["start_date", "rock", "fluids", "initial", "wells", "schedule", "simulator", "coarse_twin"]
        where root.declare(key, .section, .optional, nil, "") != nil {
            root.report(key, .other("does not belong to a case of ray tomography, which has no flow; remove it"))
        }
    }

    private func startDate() -> CalendarDate? {
        guard
            let text = root.optionalText(
                "start_date", "Day zero, such as 2020-01-31. With it, every time may be given as a date.")
        else { return nil }
        let date = CalendarDate(text)
        if date == nil {
            root.context.startDateIsWrong = true
            root.report("start_date", .wrong(found: "'\(text)'", requirement: "must be a date such as 2020-01-31"))
        }
        return date
    }

    private func assemble(
        _ grid: Grid?, _ rock: Rock?, _ fluids: Fluids?, _ initial: InitialState?, _ wells: ReadWells,
        _ schedule: Schedule?
    ) -> ReservoirModel? {
        guard let grid, let rock, let fluids, let initial, let schedule, !wells.sound.isEmpty else { return nil }
        let model = ReservoirModel(
            grid: grid, rock: rock, fluids: fluids, initial: initial, wells: wells.sound.map(\.well), schedule: schedule
        )
        // What is wrong with a single field was found there, with its line; here, what does not fit together.
        guard root.context.problems.isEmpty else { return model }
        for problem in model.problems { root.report(problem) }
        return model
    }

    private func readCoarseTwin(_ root: Section, grid: Grid?) -> CoarseTwin? {
        root.optionalSection(
            "coarse_twin", "A coarser version of the case, small enough for rejection sampling, to check samplers on."
        ) { section in
            guard
                let factor = section.integer(
                    "factor", 2...100, "Cells of the case per cell of the twin, along columns and along rows.")
            else { return nil }
            if let grid, grid.columns % factor != 0 || grid.rows % factor != 0 {
                section.report(
                    "factor",
                    .wrong(
                        found: "\(factor)",
                        requirement: "must divide the grid's \(grid.columns) columns and \(grid.rows) rows"))
                return nil
            }
            return CoarseTwin(factor: factor)
        }
    }
}
