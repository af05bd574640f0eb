import Calibration
import Reservoir

func readCalibration(_ root: Section) -> CalibrationSettings? {
    root.section("calibration", "How realizations that match the data are found.") { section in
        let standard = CalibrationSettings()
        let method = section.choice(
            "method", default: standard.method,
            "`proposal`: what the network proposes, nothing refined; `es-mda`: ensemble smoother in latent space; `smc` "
                + "and `rejection` target the posterior; `local-retraining`: waves of simulations; `gradient`: searches along "
                + "the simulator's sensitivities; `es-mda-model-space`: "
                + "the smoother on the grid's properties.")
        let budget = section.integer(
            "budget", 1...100_000_000, default: standard.budget, "Simulations that may be spent.")
        let wanted = section.optionalInteger(
            "wanted", 1...1_000_000,
            "Stop at this many accepted and distinct realizations; gradient searches also want as many families, "
                + "nine at most.")
        let distinctness = section.number(
            "distinctness", .fraction, .within(0, 1), default: standard.distinctness,
            "Two realizations are distinct if they differ by this fraction of what two draws of the prior do.")
        let acceptance = section.section("acceptance", "When a realization matches the data.", readAcceptance)
        let proposal = section.section("proposal", "How raw latents are drawn.", readProposal)
        let smoother = section.section("smoother", "The ensemble smoother (`es-mda`).", readSmoother)
        let sequential = section.section("sequential", "Sequential Monte Carlo (`smc`).", readSequential)
        let retraining = section.section(
            "retraining", "Waves of simulations (`local-retraining`).",
            { readRetraining($0, default: LocalRetrainingSettings()) })
        let gradient = section.section(
            "gradient", "Searches along sensitivities (`gradient`).", readGradientSearch)
        guard let acceptance, let proposal, let smoother, let sequential, let retraining, let gradient else {
            return nil
        }
        return section.build { () throws(ParameterError) in
            try CalibrationSettings(
                method: method, budget: budget, wantedDistinct: wanted, acceptance: acceptance,
                distinctness: distinctness, proposal: proposal, smoother: smoother, sequential: sequential,
                retraining: retraining, gradient: gradient
            ).validated()
        }
    }
}

private func readAcceptance(_ section: Section) -> AcceptanceRule? {
    section.variant(
        "rule", default: "chi-square",
        "`chi-square`: a quantile of the distribution that the truth's mismatch has; `sigma`: the looser rule of "
            + "standard deviations.",
        [
            Section.Variant("chi-square") { section in
                .chiSquareQuantile(
                    section.number(
                        "quantile", .fraction, .within(0.5, 1), default: 0.99, "Share of truths that would be accepted."
                    ))
            },
            Section.Variant("sigma") { section in
                .standardDeviations(
                    section.number("sigmas", .none, .positive, default: 5, "Standard deviations of the mismatch."))
            }
        ])
}

private func readProposal(_ section: Section) -> ProposalSettings? {
    let standard = ProposalSettings()
    let count = section.integer("count", 1...1_000_000, default: standard.count, "Simulations of raw proposals.")
    let spread: ProposalSettings.Spread? = section.variant(
        "spread", default: "noise-and-residual",
        "`noise-and-residual`: the data perturbed by their noise and encoded, with the regression's own residual, "
            + "not beyond where the prior ends; `box`: the published baseline.",
        [
            Section.Variant("noise-and-residual") { _ in .noiseAndResidual },
            Section.Variant("box") { section in
                .box(
                    radius: section.number(
                        "radius", .none, .positive, default: 1, "Half width of the box in prior standard deviations."))
            }
        ])
    guard let spread else { return nil }
    return ProposalSettings(spread: spread, count: count)
}

private func readSmoother(_ section: Section) -> EnsembleSmootherSettings? {
    let standard = EnsembleSmootherSettings()
    let size = section.integer(
        "ensemble_size", 4...1_000_000, default: standard.ensembleSize, "Realizations simulated in each step.")
    let steps = section.integer("steps", 1...100, default: standard.steps, "Assimilations of the same data.")
    let taper = section.flag(
        "taper", default: standard.taperSpuriousCorrelations,
        "Damp correlations that an ensemble of this size cannot tell from none.")
    let start = section.choice(
        "start", default: standard.start,
        "From the `prior`, or from the raw `proposal`, which uses the data twice and so underrates the spread.")
    let inflation: EnsembleSmootherSettings.Inflation? = section.variant(
        "inflation", default: "equal", "How the noise is inflated from step to step.",
        [
            Section.Variant("equal") { _ in .equal },
            Section.Variant("geometric") { section in
                .geometric(
                    ratio: section.number("ratio", .none, .positive, default: 2, "Each step's inflation over the next.")
                )
            },
            Section.Variant("misfit-controlled") { _ in .misfitControlled }
        ])
    guard let inflation else { return nil }
    return EnsembleSmootherSettings(
        ensembleSize: size, steps: steps, inflation: inflation, taperSpuriousCorrelations: taper, start: start)
}

private func readSequential(_ section: Section) -> SequentialMonteCarloSettings? {
    let standard = SequentialMonteCarloSettings()
    let particles = section.integer(
        "particles", 10...1_000_000, default: standard.particles, "Members of the ensemble.")
    let start = section.choice(
        "start", default: standard.start,
        "From the `prior`, tempered by powers of the likelihood, or from what an `emulator` predicts.")
    let screening = section.choice(
        "screening", default: standard.screening,
        "`delayed-acceptance`: moves run on an emulator first; `none`: every step is simulated.")
    let kept = section.number(
        "kept_fraction", .fraction, .within(0, 1), default: standard.keptFraction,
        "Effective sample size that each step keeps, as a fraction of the particles.")
    let moves = section.integer(
        "moves_per_stage", 1...10_000, default: standard.movesPerStage, "Moves of each particle at each step.")
    let last = section.integer(
        "final_moves", 1...10_000, default: standard.finalMoves, "Moves of each particle after the last step.")
    let chain = section.integer(
        "chain_steps", 1...1_000_000, default: standard.chainSteps, "Steps on the emulator in a first move.")
    let detail = section.flag(
        "detail", default: standard.detail,
        "Whether what the decoder leaves out is sampled too. Without it realizations vary less than the prior's.")
    let preparation = section.section("preparation", "Waves that prepare the emulator.") {
        readRetraining($0, default: standard.preparation)
    }
    guard let preparation else { return nil }
    return SequentialMonteCarloSettings(
        particles: particles, start: start, screening: screening, keptFraction: kept, movesPerStage: moves,
        finalMoves: last, chainSteps: chain, detail: detail, preparation: preparation)
}

private func readGradientSearch(_ section: Section) -> GradientSearchSettings? {
    let standard = GradientSearchSettings()
    return GradientSearchSettings(
        searches: section.integer(
            "searches", 1...100_000, default: standard.searches,
            "Searches at a time, twice as many once there are matches to start from; twice as many matches from starts of "
                + "their own are looked for."
        ),
        iterations: section.integer(
            "iterations", 1...10_000, default: standard.iterations,
            "Steps of one search at most, at each sharpness of facies."),
        sensitivityCost: section.integer(
            "sensitivity_cost", 1...10_000, default: standard.sensitivityCost,
            "What finding the sensitivities at one latent counts against the budget, in simulations."),
        proposals: section.integer(
            "proposals", 0...1_000_000, default: standard.proposals,
            "Proposals of the network that are simulated first, for searches to start from the nearest."),
        mosaics: section.integer(
            "mosaics", 0...1_000_000, default: standard.mosaics,
            "Mosaics that are simulated then if the prior has facies: about each producer as the pair or proposal that has it "
                + "right. So many at most, and no more than a tenth of the budget."),
        detail: section.flag(
            "detail", default: standard.detail,
            "Whether searches may change what the decoder leaves out, such as the boundaries of facies."))
}

private func readRetraining(
    _ section: Section, default standard: LocalRetrainingSettings
) -> LocalRetrainingSettings? {
    let size = section.integer(
        "wave_size", 4...1_000_000, default: standard.waveSize, "Simulations between two fits of the emulator.")
    let waves = section.integer("waves", 1...100_000, default: standard.waves, "Fits of the emulator.")
    let raw = section.integer(
        "raw_proposals", 0...1_000_000, default: standard.rawProposals, "Proposals of the network in the first wave.")
    let draws = section.integer(
        "prior_draws", 10...1_000_000, default: standard.priorDraws,
        "Draws of the prior in the first wave if fewer pairs are known.")
    let capacity = section.integer(
        "capacity", 10...10_000_000, default: standard.capacity,
        "Pairs nearest to the data that the emulator learns from.")
    let steps = section.integer(
        "chain_steps", 1...1_000_000, default: standard.chainSteps, "Steps of each chain on the emulator between waves."
    )
    let share = section.number(
        "error_share", .fraction, .within(0, 1), default: standard.errorShare,
        "How much of the emulator's error counts as noise when a wave is chosen. With less the waves go for the best "
            + "predicted.")
    let approach = section.integer(
        "approach_waves", 0...100_000, default: standard.approachWaves,
        "First waves that approach the data by Kalman updates of an ensemble, at most.")
    let approachSize = section.integer(
        "approach_size", 4...1_000_000, default: standard.approachSize, "Realizations in that ensemble.")
    return LocalRetrainingSettings(
        waveSize: size, waves: waves, rawProposals: raw, priorDraws: draws, capacity: capacity, chainSteps: steps,
        errorShare: share, approachWaves: approach, approachSize: approachSize)
}
