import FlowSimulation
import LatentSpaceInversion
import Reservoir

/// Of a run: years of waiting are no simulation.
private let mostSteps = 1e6

/// - Parameter end: of the schedule [s], if it is known.
func readSimulator(_ root: Section, end: Double?) -> SimulatorSettings {
    let settings = root.section("simulator", "How the flow simulator trades accuracy against time.") { section in
        var settings = SimulatorSettings()
        settings.coupling = section.choice(
            "coupling", default: settings.coupling,
            "How pressure and saturation of a step are tied: `sequential` once each, `iterated` until neither changes, "
                + "`automatic` iterates where gravity or capillary pressure ask for it.")
        settings.maximumTimeStep = section.optionalNumber(
            "maximum_time_step", .time, .positive, "Longest pressure step; by default the time between reports.")
        if let step = settings.maximumTimeStep, let end, end / step > mostSteps {
            section.report(
                "maximum_time_step",
                .wrong(
                    found: "\((step / Unit.day).short) days",
                    requirement: "must not cut the \((end / Unit.day).short) days into more than 1,000,000 steps"))
        }
        settings.firstStepFraction = section.number(
            "first_step_fraction", .fraction, .within(0, 1), default: settings.firstStepFraction,
            "Length of the first step after a well changes, as a fraction of what follows.")
        settings.flowTolerance = section.number(
            "flow_tolerance", .fraction, .within(0, 1), default: settings.flowTolerance,
            "Tolerated relative error of the flow field over one pressure step.")
        settings.substepVolume = section.number(
            "substep_volume", .fraction, .within(0, 1), default: settings.substepVolume,
            "Pore volumes injected in one transport step at most.")
        settings.pressureTolerance = section.number(
            "pressure_tolerance", .fraction, .within(0, 1e-3), default: settings.pressureTolerance,
            "Residual of the pressure equation relative to what flows through the wells.")
        settings.couplingTolerance = section.number(
            "coupling_tolerance", .fraction, .within(0, 0.1), default: settings.couplingTolerance,
            "Relative change of the flow field between iterations that counts as converged.")
        settings.maximumIterations = section.integer(
            "maximum_iterations", 1...1000, default: settings.maximumIterations, "Of one step before it is cut.")
        settings.maximumCuts = section.integer(
            "maximum_cuts", 0...40, default: settings.maximumCuts,
            "Times a step may be halved before the realization is given up.")
        return section.build { () throws(ParameterError) in
            try settings.validate()
            return settings
        }
    }
    return settings ?? SimulatorSettings()
}

func readTraining(_ root: Section) -> TrainingPlan? {
    root.section("training", "What the networks learn from, and how.") { section in
        let pairs = section.integer(
            "pairs", 10...1_000_000, default: 1000, "Realizations to simulate: pairs of realization and data.")
        let realizations = section.integer(
            "realizations", 10...10_000_000, default: max(pairs, 4000),
            "Realizations in all. Those beyond the pairs train the model autoencoder only; they need no simulation.")
        if realizations < pairs {
            section.report(
                "realizations", .wrong(found: "\(realizations)", requirement: "must be at least the \(pairs) pairs"))
        }
        let settings = readTrainingSettings(section)
        guard let settings else { return nil }
        return TrainingPlan(pairs: pairs, realizations: realizations, settings: settings)
    }
}

private func readTrainingSettings(_ section: Section) -> TrainingSettings? {
    var settings = TrainingSettings()
    settings.architecture = section.choice(
        "architecture", default: settings.architecture,
        "`default` is sized from the grid; the published ones are for 28 x 28 and 100 x 100 cells.")
    settings.isVariational = section.flag(
        "variational", default: settings.isVariational, "Whether the model encoder gives a mean and a variance.")
    settings.divergenceWeight = section.number(
        "divergence_weight", .none, .notNegative, default: settings.divergenceWeight,
        "Weight of the Kullback-Leibler term of a variational encoder.")
    settings.dataLatents = section.optionalInteger(
        "data_latents", 1...10_000, "Length of the data's latent vector; by default by the architecture.")
    settings.modelLatents = section.optionalInteger(
        "model_latents", 1...10_000, "Length of the model's latent vector; by default by the architecture.")
    settings.width = section.optionalInteger(
        "width", 1...1024, "Channels of the default architecture at its widest resolution; by default by the grid.")
    settings.passes = section.choice(
        "passes", default: settings.passes,
        "`staged`: the model autoencoder first, then the data side against its latents; `joint`: one step on the sum of "
            + "the three losses; `alternating`: both sides in turn, as published.")
    settings.faciesLoss = section.choice(
        "facies_loss", default: settings.faciesLoss, "What the facies reconstruction is judged by.")
    settings.epochs = section.integer("epochs", 1...1_000_000, default: settings.epochs, "Passes over the pairs.")
    settings.batch = section.integer("batch", 2...100_000, default: settings.batch, "Realizations in one step.")
    settings.learningRate = section.number(
        "learning_rate", .none, .positive, default: settings.learningRate, "Of the optimizer at its peak.")
    settings.validationFraction = section.number(
        "validation_fraction", .fraction, .within(0, 0.5), default: settings.validationFraction,
        "Share of pairs and realizations that no weight sees.")
    settings.patience = section.integer(
        "patience", 1...1_000_000, default: settings.patience,
        "Epochs without a better validation loss before training stops.")
    settings.gradientLimit = section.number(
        "gradient_limit", .none, .positive, default: settings.gradientLimit, "Largest norm of a gradient.")
    settings.weightDecay = section.number(
        "weight_decay", .none, .within(0, 1), default: settings.weightDecay, "Decoupled weight decay.")
    settings.usesNoisyData = section.flag(
        "noisy_data", default: settings.usesNoisyData,
        "Whether the networks see the data of pairs with errors like those of the observations, drawn anew each time.")
    return section.build { () throws(ParameterError) in
        try settings.validate()
        return settings
    }
}
