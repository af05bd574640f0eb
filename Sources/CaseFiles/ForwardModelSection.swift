import EclipseFiles
import Foundation
import Reservoir
import Storage

/// What simulates realizations.
public enum ForwardModelChoice: Equatable, Sendable {
    /// The simulator of this package.
    case builtIn
    case opmFlow(OPMFlowPlan)
    /// Straight rays across the grid: a linear forward model without wells and without flow.
    case rays(RayPlan)

    /// The choices that ask for wells, fluids and a schedule, as the reference names them.
    static let flow = "forward_model.type: built-in, opm-flow"

    /// As reports name it.
    public var title: String {
        switch self {
        case .builtIn: "built-in two-phase simulator"
        case .opmFlow(let plan): plan.template.map { "OPM Flow on \(Files.name(of: $0))" } ?? "OPM Flow"
        case .rays(let plan): "\(2 * plan.positions * plan.positions) straight rays"
        }
    }
}

/// OPM Flow in place of the built-in simulator.
public struct OPMFlowPlan: Equatable, Sendable {
    /// Path of a deck that includes a realization's files; `nil`: a deck is written from the case.
    public var template: String?
    public var settings: OPMFlowModel.Settings

    public init(template: String? = nil, settings: OPMFlowModel.Settings = .init()) {
        (self.template, self.settings) = (template, settings)
    }
}

func readForwardModel(_ root: Section) -> ForwardModelChoice {
    let choice = root.section("forward_model", "What simulates realizations.") { section -> ForwardModelChoice? in
        section.variant(
            "type", default: "built-in",
            "`built-in`: the simulator of this package; `opm-flow`: the program `flow`, one process for each thread; "
                + "`ray-tomography`: integrals along straight rays from side to side, without wells and flow.",
            [
                Section.Variant("built-in") { _ in .builtIn },
                Section.Variant("opm-flow", readFlowPlan),
                Section.Variant("ray-tomography", readRayPlan)
            ])
    }
    return choice ?? .builtIn
}

private func readFlowPlan(_ section: Section) -> ForwardModelChoice? {
    var settings = OPMFlowModel.Settings()
    let template = section.optionalFile(
        "template",
        "A deck that includes one or more of \(DeckTemplate.realizationFiles.joined(separator: ", ")), which each "
            + "realization brings, and reports the vectors observed; by default a deck is written from the case.")
    let timeout = section.optionalNumber(
        "timeout", .time, .positive,
        "A run that takes longer is stopped, and its realization counted as failed; by default half an hour, `0.5 h`.")
    settings.timeout = timeout ?? settings.timeout
    settings.arguments = section.texts(
        "options", default: [], "Further options for `flow`, such as `--solver-max-time-step-in-days=10`.")
    settings.program = section.text(
        "program", default: settings.program, "The program: a name to look for on the `PATH`, or a path.")
    guard !section.isDescribing else { return nil }
    if let template {
        do {
            _ = try DeckTemplate(contentsOf: URL(fileURLWithPath: template))
        } catch {
            for problem in error.problems { section.report("template", .other("names \(template): \(problem)")) }
            return nil
        }
    }
    return section.build { () throws(ParameterError) in
        try settings.validate()
        return .opmFlow(OPMFlowPlan(template: template, settings: settings))
    }
}
