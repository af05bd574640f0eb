import LinearAlgebra
import Reservoir

@testable import LatentSpaceInversion

/// A small prior for tests: a straight band of the second facies at a random height and angle.
struct SyntheticRealizations {
    let grid: Grid
    var variesWithin = false
    /// Whether realizations tell facies, or properties only.
    var hasFacies = true

    init(columns: Int = 11, rows: Int = 9, active: [Bool]? = nil) throws {
        grid = try Grid.uniform(
            columns: columns, rows: rows, width: 10, height: 10, thickness: 5, depth: 1000, active: active)
    }

    func realization(_ index: Int) -> Realization {
        var stream = RandomStream(seed: 21, purpose: "band", index: UInt64(index))
        let middle = stream.uniform(1, Double(grid.rows) - 1), slope = stream.uniform(-0.4, 0.4)
        let facies = (0..<grid.cellCount).map { cell -> UInt8 in
            let centre = middle + slope * (Double(grid.column(of: cell)) - Double(grid.columns) / 2)
            return abs(Double(grid.row(of: cell)) - centre) < 1.6 ? 3 : 1
        }
        let noise = facies.map { _ in variesWithin ? Float(stream.normal()) : 0 }
        let permeability = facies.indices.map { (facies[$0] == 3 ? 1e-12 : 1e-15) * (1 + 0.1 * noise[$0]) }
        return Realization(
            facies: hasFacies ? facies : nil, porosity: facies.map { $0 == 3 ? 0.25 : 0.1 },
            permeabilityX: permeability,
            permeabilityY: permeability.map { $0 / 2 })
    }

    /// Sums of the band over rows and columns: a linear forward model.
    func data(_ realization: Realization) -> [Float] {
        let band = realization.permeabilityX.map { $0 > 1e-13 ? Float(1) : 0 }
        let rows = (0..<grid.rows).map { row in
            (0..<grid.columns).reduce(Float(0)) { $0 + band[row * grid.columns + $1] }
        }
        let columns = (0..<grid.columns).map { column in
            (0..<grid.rows).reduce(Float(0)) { $0 + band[$1 * grid.columns + column] }
        }
        return rows + columns
    }

    var layout: DataLayout {
        DataLayout(
            entries: (0..<grid.rows + grid.columns).map { DataLayout.Entry(key: VectorKey("RAY"), time: Double($0)) })
    }

    func trainingSet(pairs: Int, free: Int) throws -> TrainingSet {
        let realizations = (0..<pairs + free).map(realization)
        let encoding = try RealizationEncoding(fitting: Array(realizations.prefix(20)), on: grid)
        return try TrainingSet(
            realizations: try EncodedRealizations(realizations, encoding: encoding),
            data: realizations.prefix(pairs).map(data), layout: layout)
    }
}

func smallSettings(epochs: Int = 3) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.epochs = epochs
    settings.batch = 32
    settings.width = 8
    settings.modelLatents = 4
    settings.dataLatents = 4
    settings.divergenceWeight = 0.1
    return settings
}
