import Foundation
import PriorModels
import Reservoir
import Storage
import TestSupport
import Testing

/// Published training images that need not be there: in `LSI_SHARED`, or in `shared` beside the package.
private let imageFolder: String? = {
    let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared").path
    return [ProcessInfo.processInfo.environment["LSI_SHARED"], beside].compactMap(\.self)
        .map { $0 + "/data" }.first(where: FileManager.default.fileExists(atPath:))
}()

@Suite(.enabled(if: imageFolder != nil, "needs the published training images"))
struct TrainingImageDataTests {
    private func facies() throws -> FaciesTable {
        try FaciesTable([
            Facies(code: 0, name: "mud", rock: RockProperties(permeability: 1e-15, porosity: 0.1)),
            Facies(code: 1, name: "sand", rock: RockProperties(permeability: 1e-12, porosity: 0.25))
        ])
    }

    private func prior(_ file: String) throws -> TrainingImagePrior {
        let raster = try Raster.read("\(imageFolder ?? "")/\(file)")
        let most = raster.values.max() ?? 1
        let image = try TrainingImage(
            columns: raster.columns, rows: raster.rows, codes: raster.values.map { $0 == most ? 1 : 0 })
        return try TrainingImagePrior(image: image, facies: facies(), pixelWidth: 10, pixelHeight: 10)
    }

    private func grid(_ side: Int) throws -> Grid {
        try Grid.uniform(columns: side, rows: side, width: 10, height: 10, thickness: 10, depth: 2000)
    }

    private struct Comparison {
        var proportion: (found: StatisticSummary, target: Double)
        /// Largest differences over lags, of variograms in units of the sill and of connectivity.
        var variogram = 0.0, connectivity = 0.0
    }

    private func compare(
        _ prior: TrainingImagePrior, side: Int, _ realizations: [Realization]
    ) throws -> Comparison {
        let statistics = PriorStatistics(.trainingImage(prior), grid: try grid(side))
        let samples = realizations.map { statistics.measure($0) }
        let number = try #require(statistics.quantities.firstIndex { $0.name == "Proportion of sand" })
        let target = try #require(statistics.quantities[number].target)
        var result = Comparison(proportion: (StatisticSummary(samples.map { $0.values[number] }), target))
        for (number, curve) in statistics.curves.enumerated() {
            let wanted = try #require(curve.target)
            for lag in curve.lags.indices {
                let found = StatisticSummary(samples.map { $0.curves[number][lag] }).mean
                if curve.kind == .variogram {
                    result.variogram = max(result.variogram, abs(found - wanted[lag]) / (target * (1 - target)))
                } else {
                    result.connectivity = max(result.connectivity, abs(found - wanted[lag]))
                }
            }
        }
        return result
    }

    @Test(arguments: ["channel_ti_2500/ti_2500x2500.png", "mps_channels_500/training_image_256x256_u8.npy"])
    func thatRealizationsResembleAPublishedTrainingImage(file: String) throws {
        let prior = try prior(file)
        let model = try PriorModel(settings: .trainingImage(prior), grid: grid(100), seed: 1)
        let found = try compare(prior, side: 100, (0..<60).map { model.realization($0) })
        let (share, target) = found.proportion
        // Multiple-point simulation keeps statistics nearly: a tenth of the proportion, a fifth of the sill, and a
        // quarter of certainty of connection over distances up to half the grid are the limits that are held here.
        expectClose(share.mean, target, tolerance: 0.1 * target + 4.5 * (share.standardError ?? 0), "\(found)")
        #expect(found.variogram < 0.2, "\(found)")
        #expect(found.connectivity < 0.25, "\(found)")
    }

    @Test func thatRealizationsAreNoWorseThanThoseThatOthersMade() throws {
        let prior = try prior("mps_channels_500/training_image_256x256_u8.npy")
        let packed = try NPY.read(
            "\(imageFolder ?? "")/mps_channels_500/realizations_500x128x128_packedbits_u8.npy")
        let bytes = try #require(packed.bytes)
        let rock = [Float](repeating: 0.2, count: 128 * 128)
        let theirs = (0..<60).map { member in
            let own = bytes[member * 128 * 16..<(member + 1) * 128 * 16]
            let facies = own.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
            return Realization(facies: facies, porosity: rock, permeabilityX: rock, permeabilityY: rock)
        }
        let model = try PriorModel(settings: .trainingImage(prior), grid: grid(128), seed: 2)
        let mine = try compare(prior, side: 128, (0..<60).map { model.realization($0) })
        let other = try compare(prior, side: 128, theirs)
        // Sixty realizations have sampling errors of a hundredth of the sill and of certainty, about.
        func proportionError(_ one: Comparison) -> Double { abs(one.proportion.found.mean - one.proportion.target) }
        #expect(proportionError(mine) <= proportionError(other), "\(mine) against \(other)")
        #expect(mine.variogram <= other.variogram + 0.02, "\(mine) against \(other)")
        #expect(mine.connectivity <= other.connectivity + 0.02, "\(mine) against \(other)")
    }
}
