import LinearAlgebra
import Reservoir

/// Draws facies by cutting Gaussian fields, conditioned to facies at wells.
///
/// A known facies says only in which interval each field lies. Values in these intervals are drawn with the fields'
/// correlation (``TruncatedNormalSampler``), anew for each realization; then the fields are kriged onto them.
struct TruncatedGaussianGenerator: FaciesGenerator {
    private let windows: [TruncatedGaussianPrior.Window]
    private let first: CutField
    private let second: CutField?
    private let seed: UInt64

    /// - Throws: ``ParameterError`` if a variogram cannot be embedded, or hard data name an unknown facies.
    init(_ prior: TruncatedGaussianPrior, _ context: PriorContext) throws(ParameterError) {
        try context.hardData.checkFacies(in: prior.facies)
        let windows = prior.windows
        let lattice = try FieldLattice(context.grid)
        let known = context.hardData.facies.compactMap { known in
            windows.first { $0.code == known.code }.map { (cell: known.cell, window: $0) }
        }
        first = try CutField(
            prior.first, lattice, context, name: "first", known.map { ($0.cell, $0.window.first) })
        if let variogram = prior.second {
            second = try CutField(
                variogram, lattice, context, name: "second", known.map { ($0.cell, $0.window.second) })
        } else {
            second = nil
        }
        self.windows = windows
        seed = context.seed
    }

    func map(_ index: UInt64) -> FaciesMap { FaciesMap(facies: facies(index)) }

    private func facies(_ index: UInt64) -> [UInt8] {
        let first = self.first.sample(seed: seed, index: index)
        guard let second = self.second?.sample(seed: seed, index: index) else {
            return first.map { value in Self.code(windows, value, 0) }
        }
        return zip(first, second).map { Self.code(windows, $0, $1) }
    }

    @inline(__always)
    private static func code(
        _ windows: [TruncatedGaussianPrior.Window], _ first: Double, _ second: Double
    ) -> UInt8 {
        for window in windows where first <= window.first.upperBound {
            // Windows of a group follow each other, the last of them open above.
            if second <= window.second.upperBound { return window.code }
        }
        return windows[windows.count - 1].code
    }
}

/// A Gaussian field that lies in given intervals at known cells.
private struct CutField: Sendable {
    private let embedding: CirculantEmbedding
    private let lattice: FieldLattice
    private let purpose: String
    private let conditioning: (sampler: TruncatedNormalSampler, conditioner: KrigingConditioner)?

    init(
        _ variogram: Variogram, _ lattice: FieldLattice, _ context: PriorContext, name: String,
        _ known: [(cell: Int, interval: ClosedRange<Double>)]
    ) throws(ParameterError) {
        self.lattice = lattice
        purpose = context.purpose + ".cut.\(name)"
        embedding = try CirculantEmbedding(variogram, on: lattice)
        let bounded = known.filter { $0.interval.lowerBound > -.infinity || $0.interval.upperBound < .infinity }
        guard !bounded.isEmpty else {
            conditioning = nil
            return
        }
        let grid = context.grid
        let data = bounded.map {
            KrigingConditioner.Datum(column: grid.column(of: $0.cell), row: grid.row(of: $0.cell), field: 0, value: 0)
        }
        let conditioner = try KrigingConditioner(
            data, variogram: variogram, correlation: 0, grid: grid, lattice: lattice)
        do {
            let sampler = try TruncatedNormalSampler(
                covariance: conditioner.covariance, intervals: bounded.map(\.interval))
            conditioning = (sampler, conditioner)
        } catch { throw KrigingConditioner.tooClose }
    }

    /// `[cells]`
    func sample(seed: UInt64, index: UInt64) -> [Double] {
        var stream = RandomStream(seed: seed, purpose: purpose, index: index)
        var fields = [lattice.read(embedding.sample(&stream))]
        if let (sampler, conditioner) = conditioning {
            conditioner.condition(&fields, to: sampler.sample(&stream))
        }
        return fields[0]
    }
}
