import Foundation
import Reservoir

@testable import PriorModels

/// Cells of 10 m.
func makeGrid(columns: Int, rows: Int, active: [Bool]? = nil) throws -> Grid {
    try Grid.uniform(columns: columns, rows: rows, width: 10, height: 10, thickness: 5, depth: 1000, active: active)
}

/// Codes 0, 1, ... with constant properties.
func makeFacies(_ names: [String] = ["mud", "sand"]) throws -> FaciesTable {
    var facies: [Facies] = []
    for (code, name) in names.enumerated() {
        let rock = try RockProperties(permeability: 1e-15 * pow(10, Double(code)), porosity: 0.1 + 0.05 * Double(code))
        facies.append(Facies(code: UInt8(code), name: name, rock: rock))
    }
    return try FaciesTable(facies)
}

/// Three to four channels of 60 to 100 m along x on a domain of 1000 m.
func makeChannels(azimuth: Double = 90, sinuosity: Double = 1.25, amount: ChannelBodies.Amount? = nil) throws
    -> ChannelPrior
{
    ChannelPrior(
        bodies: try ChannelBodies(
            width: .uniform(60, 100),
            amount: amount ?? .proportion(.normal(mean: 0.28, standardDeviation: 0.03)), facies: makeFacies()),
        meander: try Meander(
            wavelength: .uniform(400, 700), sinuosity: .constant(sinuosity),
            azimuth: .normal(mean: azimuth, standardDeviation: 5)))
}

func makeBelts(azimuth: Double) throws -> BeltPrior {
    BeltPrior(
        bodies: try ChannelBodies(
            width: .uniform(40, 60), amount: .proportion(.normal(mean: 0.3, standardDeviation: 0.03)),
            facies: makeFacies()),
        network: try AnastomosingNetwork(
            azimuth: .constant(azimuth), islandLength: .uniform(300, 450), islandWidth: .uniform(110, 150)))
}

/// The mean of independent values, and its standard error estimated from them.
func meanWithError(_ values: [Double]) -> (mean: Double, error: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1) / Double(values.count)).squareRoot())
}

/// Standard errors within which a test statistic must lie: by chance, one of 150,000 does not.
let confidentErrors = 4.5
