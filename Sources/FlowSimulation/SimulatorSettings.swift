import Reservoir

/// How the flow simulator trades accuracy against time. The defaults meet the accuracy stated in the validation page.
public struct SimulatorSettings: Equatable, Sendable, Codable {
    /// How pressure and saturation of one time step are tied together.
    public enum Coupling: String, Codable, Sendable, CaseIterable {
        /// Iterated where gravity or capillary pressure tie the two, otherwise not.
        case automatic
        /// Pressure once, then transport once; the error is one of the time step.
        case sequential
        /// Pressure and transport in turn until neither changes: the fully implicit solution.
        case iterated
    }

    /// How the pressure equation is solved; the results agree to ``pressureTolerance``.
    public enum PressureSolver: String, Codable, Sendable, CaseIterable {
        /// The faster one by the number of cells.
        case automatic
        /// Conjugate gradients with the factors of an earlier matrix.
        case direct
        /// Conjugate gradients with algebraic multigrid.
        case multigrid
    }

    public var coupling: Coupling = .automatic
    public var pressureSolver: PressureSolver = .automatic
    /// No pressure step is longer [s]; `nil`: the time between reports is the only bound.
    public var maximumTimeStep: Double?
    /// Length of the first step after a well changes, as a fraction of what follows; within 0 to 1 [–].
    public var firstStepFraction: Double = 0.25
    /// Tolerated relative error of the flow field over one pressure step [–]. Steps are chosen to stay below it.
    public var flowTolerance: Double = 0.05
    /// Pore volumes injected in one transport step at most [–].
    public var substepVolume: Double = 0.03
    /// Residual of the pressure equation, relative to what flows through the wells [–].
    public var pressureTolerance: Double = 5e-4
    /// Relative change of the flow field between two iterations that counts as converged [–], where steps are iterated.
    public var couplingTolerance: Double = 1e-2
    /// Iterations of one step before it is cut.
    public var maximumIterations: Int = 30
    /// Times a step may be halved before the realization is given up.
    public var maximumCuts: Int = 14

    public init() {}

    /// - Throws: ``ParameterError`` naming the first setting out of range.
    public func validate() throws(ParameterError) {
        if let maximumTimeStep {
            try require(
                maximumTimeStep > 0 && maximumTimeStep.isFinite, "maximum_time_step", "\(maximumTimeStep)",
                "must be positive")
        }
        try require(
            firstStepFraction > 0 && firstStepFraction <= 1, "first_step_fraction", "\(firstStepFraction)",
            "must be above 0 and at most 1")
        for (name, value, upper) in [
            ("flow_tolerance", flowTolerance, 1), ("substep_volume", substepVolume, 1),
            ("pressure_tolerance", pressureTolerance, 1e-3), ("coupling_tolerance", couplingTolerance, 1e-1)
        ] {
            try require(value > 0 && value <= upper, name, "\(value)", "must be above 0 and at most \(upper)")
        }
        try require(
            (1...1000).contains(maximumIterations), "maximum_iterations", "\(maximumIterations)",
            "must be within 1 to 1000")
        try require((0...40).contains(maximumCuts), "maximum_cuts", "\(maximumCuts)", "must be within 0 to 40")
    }
}
