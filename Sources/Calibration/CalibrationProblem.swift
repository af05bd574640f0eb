import LinearAlgebra
import Reservoir
import Synchronization

/// What a trained network offers a calibration: latents for data.
public protocol LatentProposal: Sendable {
    /// The regression applied to data vectors in the layout of the observations.
    /// - Parameter data: `[count][data]`, in the data's units.
    /// - Returns: `[count][dimension]`
    func latents(forData data: [[Double]]) -> [[Double]]
    /// Covariance of the regression's residual in latent space on held-out pairs, `[dimension x dimension]`.
    var residualCovariance: Matrix { get }
}

/// A cheap approximation of the simulated data of a latent.
///
/// It decides what is worth simulating, never what is accepted.
public protocol DataProxy: Sendable {
    /// - Parameter latents: `[count][dimension]`
    /// - Returns: predicted data in the layout of the observations and in their units, `[count][data]`.
    func predict(_ latents: [[Double]]) -> [[Double]]
}

/// A latent whose data are known already, for example from the training set.
public struct SimulatedPair: Equatable, Sendable, Codable {
    /// `[dimension]`
    public let latent: [Double]
    /// In the layout of the observations, `[data]`.
    public let data: [Double]
    public init(latent: [Double], data: [Double]) { (self.latent, self.data) = (latent, data) }
}

/// Where sensitivities are wanted, and of what.
public struct SensitivityPoint: Hashable, Sendable, Codable {
    @Packed private var packedLatent: [Double]
    /// Of the realization before facies are cut; see ``SmoothParameterization``.
    public let sharpness: Double
    @Packed private var packedWeights: [Double]

    public init(latent: [Double], sharpness: Double, combinations: Matrix) {
        (_packedLatent, _packedWeights) = (
            Packed(wrappedValue: latent), Packed(wrappedValue: combinations.elements)
        )
        self.sharpness = sharpness
        dataCount = combinations.columns
    }

    private let dataCount: Int
    public var latent: [Double] { packedLatent }
    /// Weights of the data, in units of one over those of the data, `[combinations x data]`.
    public var combinations: Matrix {
        Matrix(rows: packedWeights.count / max(dataCount, 1), columns: dataCount, elements: packedWeights)
    }
}

/// How combinations of the data change about a point.
public struct LatentSlopes: Sendable {
    /// With the latents, `[combinations x dimension]`.
    public let byLatent: Matrix
    /// With what is in the cells; `nil` if there are no facies to cut.
    public let byCell: CellSlopes?

    public init(byLatent: Matrix, byCell: CellSlopes? = nil) { (self.byLatent, self.byCell) = (byLatent, byCell) }
}

/// Everything a calibration works on.
public struct CalibrationProblem: Sendable {
    public let observed: ObservedData
    public let parameterization: any Parameterization
    /// The same before facies are cut; `nil` if that is not known.
    public let smooth: (any SmoothParameterization)?
    /// Needed by the raw method; others use it if it is there.
    public let proposal: (any LatentProposal)?
    public let proxy: (any DataProxy)?
    /// Pairs of latent and simulated data known beforehand; they cost no simulation.
    public let knownPairs: [SimulatedPair]
    /// What searches may start from beside known pairs and proposals; `nil` if the grid has no regions that data tell of.
    public let mosaics: (any RealizationMosaics)?
    /// Realizations of the prior itself by index, for rejection and for model-space methods; `nil`: latents are drawn
    /// from their standard normal prior and decoded.
    public let priorRealizations: (@Sendable (Range<Int>) throws -> [Realization])?
    /// Derivatives of combinations of the simulated data at each of the points given; `nil` in place of one that cannot be
    /// simulated. `nil` if the simulator knows none.
    public let sensitivities: (@Sendable ([SensitivityPoint]) throws -> [LatentSlopes?])?
    /// Calls a body for each index below a count, in any order, on several threads at once.
    public typealias Loop = @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void
    private let loop: Loop

    public init(
        observed: ObservedData, parameterization: any Parameterization, smooth: (any SmoothParameterization)? = nil,
        proposal: (any LatentProposal)? = nil,
        proxy: (any DataProxy)? = nil, knownPairs: [SimulatedPair] = [],
        mosaics: (any RealizationMosaics)? = nil,
        priorRealizations: (@Sendable (Range<Int>) throws -> [Realization])? = nil,
        sensitivities: (@Sendable ([SensitivityPoint]) throws -> [LatentSlopes?])? = nil,
        loop: @escaping Loop = { count, body in for index in 0..<count { body(index) } }
    ) {
        (self.observed, self.parameterization, self.smooth) = (observed, parameterization, smooth)
        (self.proposal, self.proxy, self.knownPairs, self.mosaics) = (proposal, proxy, knownPairs, mosaics)
        (self.priorRealizations, self.sensitivities, self.loop) = (priorRealizations, sensitivities, loop)
    }

    /// Results for items that have nothing to do with each other, in their order, on as many threads as ``Loop`` has.
    /// - Throws: what the first item to fail threw.
    func map<Item: Sendable, Output: Sendable>(
        _ items: [Item], _ body: @Sendable (Item) throws -> Output
    ) throws -> [Output] {
        let results = Mutex([Result<Output, any Error>?](repeating: nil, count: items.count))
        loop(items.count) { index in
            let result = Result { try body(items[index]) }
            results.withLock { $0[index] = result }
        }
        return try results.withLock { try $0.compactMap { try $0?.get() } }
    }
}

/// Why a calibration cannot go on.
public enum CalibrationError: Error, Equatable, Sendable, CustomStringConvertible {
    case needsProposal(method: String)
    case needsPriorRealizations(method: String)
    case needsSensitivities(method: String, obstacle: String)
    /// Fewer simulations came through than the method can work with.
    case tooFewSimulated(succeeded: Int, of: Int, needed: Int, lastReason: String?)
    case factorization(FactorizationError)

    public var description: String {
        switch self {
        case .needsProposal(let method):
            "the method `\(method)` needs a trained network; train the case or choose another method"
        case .needsPriorRealizations(let method):
            "the method `\(method)` needs realizations of the prior"
        case .needsSensitivities(let method, let obstacle):
            "the method `\(method)` needs sensitivities, and \(obstacle); choose another method, such as `es-mda`"
        case .tooFewSimulated(let succeeded, let total, let needed, let reason):
            "only \(succeeded) of \(total) simulations succeeded, \(needed) are needed"
                + (reason.map { "; the last failure: \($0)" } ?? "")
        case .factorization(let error): "an ensemble update failed: \(error)"
        }
    }
}
