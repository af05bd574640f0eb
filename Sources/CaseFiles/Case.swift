import Calibration
import FlowSimulation
import LatentSpaceInversion
import PriorModels
import Reservoir

/// A calibration case: everything a user settles in `case.yaml`, validated, in SI units.
public struct Case: Equatable, Sendable {
    /// The case file as the user named it, and the folder that relative file names start from.
    public var file: String, folder: String
    public var name: String
    /// May be empty.
    public var summary: String
    public var seed: UInt64
    /// Where results go.
    public var outputFolder: String
    /// Day zero of the schedule; `nil` in a case without dates.
    public var startDate: CalendarDate?
    public var reservoir: ReservoirModel
    public var forwardModel: ForwardModelChoice
    /// Of the built-in simulator.
    public var simulator: SimulatorSettings
    public var prior: PriorSettings
    /// Known at cells, and so in every realization.
    public var hardData: [HardDatum]
    public var training: TrainingPlan
    public var calibration: CalibrationSettings
    public var observations: ObservationPlan
    /// What was measured; `nil` if the file was allowed to be absent and is.
    public var measured: MeasuredData?
    /// The noise-free series of the truth, in synthetic cases that ship it.
    public var truth: ProductionSeries?
    /// A coarser version of the case, small enough for rejection sampling.
    public var coarseTwin: CoarseTwin?
}

/// How many realizations train the networks, and how.
public struct TrainingPlan: Equatable, Sendable {
    /// Realizations that are simulated: pairs of realization and data.
    public var pairs: Int
    /// Realizations in all; those beyond the pairs train the model autoencoder only and need no simulation.
    public var realizations: Int
    public var settings: TrainingSettings

    public init(pairs: Int, realizations: Int, settings: TrainingSettings) {
        (self.pairs, self.realizations, self.settings) = (pairs, realizations, settings)
    }
}

/// Where observations come from and how they are used.
public struct ObservationPlan: Equatable, Sendable {
    /// Path of the CSV file, or of a summary.
    public var file: String
    /// Observations later than this are withheld as forecast [s]; `nil`: all are history.
    public var historyEnd: Double?
    /// Path of the noise-free series of the truth, if any.
    public var truthFile: String?
    /// The vectors that synthetic observations are made of, or that are taken from a summary.
    public var vectors: [VectorKey]
    /// The errors of synthetic observations and of those from a summary, and the correlation of errors in time.
    public var noise: NoiseSettings

    public init(
        file: String, historyEnd: Double?, truthFile: String?, vectors: [VectorKey], noise: NoiseSettings
    ) {
        (self.file, self.historyEnd, self.truthFile) = (file, historyEnd, truthFile)
        (self.vectors, self.noise) = (vectors, noise)
    }
}

/// Observations in SI units, those to match apart from those withheld.
public struct MeasuredData: Equatable, Sendable {
    public var history: [Observation]
    public var forecast: [Observation]

    public init(history: [Observation], forecast: [Observation]) {
        (self.history, self.forecast) = (history, forecast)
    }
}

/// The case on a grid of cells that are larger by a whole factor along columns and rows.
public struct CoarseTwin: Equatable, Sendable {
    public var factor: Int
    public init(factor: Int) { self.factor = factor }
}
