import Foundation
import LinearAlgebra
import Reservoir

/// Draws permeability and porosity of one facies over the whole grid, conditioned to what is known of it.
struct PropertyFields: Sendable {
    private let rock: RockProperties
    private let lattice: FieldLattice?
    private let embedding: CirculantEmbedding?
    private let conditioner: KrigingConditioner?
    private let purpose: String

    /// - Parameter data: entries that belong to this rock.
    /// - Throws: ``ParameterError`` if the variogram cannot be embedded, or a datum contradicts constant properties or
    ///   their limits.
    init(
        _ rock: RockProperties, grid: Grid, data: [CheckedHardData.Entry], purpose: String
    ) throws(ParameterError) {
        (self.rock, self.purpose) = (rock, purpose)
        for entry in data { try Self.check(entry.datum, rock) }
        guard let variogram = rock.variogram else {
            (lattice, embedding, conditioner) = (nil, nil, nil)
            return
        }
        let lattice = try FieldLattice(grid)
        self.lattice = lattice
        embedding = try CirculantEmbedding(variogram, on: lattice)
        let known = Self.normalScores(data, rock)
        conditioner =
            known.isEmpty
            ? nil
            : try KrigingConditioner(
                known, variogram: variogram, correlation: rock.correlation, grid: grid, lattice: lattice)
    }

    /// Calls `assign` with permeability along x [m²] and porosity of each of `cells`.
    func fill(
        _ cells: some Sequence<Int>, seed: UInt64, index: UInt64,
        assign: (_ cell: Int, _ permeability: Double, _ porosity: Double) -> Void
    ) {
        guard let lattice, let embedding else {
            for cell in cells { assign(cell, rock.permeability, rock.porosity) }
            return
        }
        var stream = RandomStream(seed: seed, purpose: purpose, index: index)
        let first = lattice.read(embedding.sample(&stream))
        let needsSecond = rock.porosityStandardDeviation > 0 && abs(rock.correlation) < 1
        let second = needsSecond ? lattice.read(embedding.sample(&stream)) : first
        let own = needsSecond ? (1 - rock.correlation * rock.correlation).squareRoot() : 0
        var fields = [first, first.indices.map { rock.correlation * first[$0] + own * second[$0] }]
        conditioner?.condition(&fields)
        for cell in cells {
            let permeability = rock.permeability * exp(rock.logStandardDeviation * fields[0][cell])
            let porosity = rock.porosity + rock.porosityStandardDeviation * fields[1][cell]
            assign(
                cell, min(max(permeability, rock.permeabilityLimits.lowerBound), rock.permeabilityLimits.upperBound),
                rock.porosityStandardDeviation == 0
                    ? rock.porosity
                    : min(max(porosity, rock.porosityLimits.lowerBound), rock.porosityLimits.upperBound))
        }
    }

    private static func check(_ datum: HardDatum, _ rock: RockProperties) throws(ParameterError) {
        if let k = datum.permeability {
            let constant = rock.logStandardDeviation == 0
            try require(
                !constant || abs(k - rock.permeability) <= 1e-6 * k, "hard data at \(datum.place)",
                "permeability \(k) m²", "must equal the constant \(rock.permeability) m² of its rock, or that must vary"
            )
            try require(
                rock.permeabilityLimits.contains(k), "hard data at \(datum.place)", "permeability \(k) m²",
                "must lie within the limits of its rock")
        }
        if let phi = datum.porosity {
            let constant = rock.porosityStandardDeviation == 0
            try require(
                !constant || abs(phi - rock.porosity) <= 1e-6, "hard data at \(datum.place)", "porosity \(phi)",
                "must equal the constant \(rock.porosity) of its rock, or that must vary")
            try require(
                constant || rock.porosityLimits.contains(phi), "hard data at \(datum.place)", "porosity \(phi)",
                "must lie within the limits of its rock")
        }
    }

    private static func normalScores(
        _ data: [CheckedHardData.Entry], _ rock: RockProperties
    ) -> [KrigingConditioner.Datum] {
        data.flatMap { entry in
            let datum = entry.datum
            var scores: [KrigingConditioner.Datum] = []
            if let k = datum.permeability, rock.logStandardDeviation > 0 {
                let score = log(k / rock.permeability) / rock.logStandardDeviation
                scores.append(.init(column: datum.column, row: datum.row, field: 0, value: score))
            }
            if let phi = datum.porosity, rock.porosityStandardDeviation > 0 {
                let score = (phi - rock.porosity) / rock.porosityStandardDeviation
                scores.append(.init(column: datum.column, row: datum.row, field: 1, value: score))
            }
            return scores
        }
    }
}
