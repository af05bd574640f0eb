import Calibration

/// What to validate on synthetic truths, and at what price.
public struct ValidationRequest: Equatable, Sendable {
    /// The first and the last, counted from one; several machines may share them.
    public var firstTruth: Int
    public var truths: Int
    /// Empty: that of the case.
    public var methods: [MethodChoice]
    /// Simulations for each truth and method; `nil`: as the case has it.
    public var budget: Int?
    /// Stop at so many accepted and distinct realizations; `nil`: as the case has it, zero: never.
    public var wanted: Int?
    /// Truths on the coarse twin that are compared with rejection sampling; zero: no comparison.
    public var twinTruths: Int
    /// Draws of the prior that rejection sampling on the twin has.
    public var referenceDraws: Int
    /// Effective sample size that the reference must have; the noise of the twin is enlarged until it does.
    public var referenceSize: Double

    /// Truths are decoded from draws of the latent prior, so that the networks can represent them exactly: what is missed
    /// then, the sampler or the budget is to blame for, not the representation floor.
    public var usesDecodedTruths: Bool
    /// Errors of the truths' observations are this many times those of the case.
    public var noiseFactor: Double

    public init(
        firstTruth: Int = 1, truths: Int = 20, methods: [MethodChoice] = [], budget: Int? = nil, wanted: Int? = nil,
        twinTruths: Int = 3, referenceDraws: Int = 20_000, referenceSize: Double = 200,
        usesDecodedTruths: Bool = false, noiseFactor: Double = 1
    ) {
        self.firstTruth = firstTruth
        (self.usesDecodedTruths, self.noiseFactor) = (usesDecodedTruths, noiseFactor)
        (self.truths, self.methods, self.budget, self.wanted) = (truths, methods, budget, wanted)
        (self.twinTruths, self.referenceDraws, self.referenceSize) = (twinTruths, referenceDraws, referenceSize)
    }

    /// The settings to run, one per method in the order asked for, each once.
    func settings(from base: CalibrationSettings) throws -> [CalibrationSettings] {
        var seen: Set<CalibrationMethod> = []
        return try (methods.isEmpty ? [base.method] : methods.map(\.method)).filter { seen.insert($0).inserted }.map {
            method in
            try base.with(method: method, budget: budget, wanted: wanted).validated()
        }
    }
}

extension CalibrationSettings {
    /// - Parameter wanted: zero: no early stop.
    func with(method: CalibrationMethod? = nil, budget: Int? = nil, wanted: Int? = nil) -> CalibrationSettings {
        var settings = self
        settings.method = method ?? settings.method
        settings.budget = budget ?? settings.budget
        if let wanted { settings.wantedDistinct = wanted > 0 ? wanted : nil }
        return settings
    }
}
