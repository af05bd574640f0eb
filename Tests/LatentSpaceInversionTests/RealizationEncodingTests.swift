import Foundation
import LinearAlgebra
import NeuralNetworks
import Reservoir
import TestSupport
import Testing

@testable import LatentSpaceInversion

@Suite struct RealizationEncodingTests {
    @Test func thatTwoFaciesOfConstantPropertiesTakeOneChannelAndComeBack() throws {
        let prior = try SyntheticRealizations()
        let realization = prior.realization(0)
        let encoding = try RealizationEncoding(fitting: (0..<5).map(prior.realization), on: prior.grid)
        #expect(encoding.channelCount == 1)
        let back = encoding.realization(of: try encoding.channels(of: realization))
        #expect(back.facies == realization.facies)
        for cell in 0..<prior.grid.cellCount {
            // Means over some hundred cells of one value, and exp(ln k): a few ulp of single precision each.
            expectClose(
                Double(back.permeabilityX[cell] / realization.permeabilityX[cell]), 1, tolerance: 1e-5)
            expectClose(
                Double(back.permeabilityY[cell] / realization.permeabilityY[cell]), 1, tolerance: 1e-5)
            expectClose(Double(back.porosity[cell]), Double(realization.porosity[cell]), tolerance: 1e-6)
        }
    }

    /// A facies channel and one of a property, in an order of samples that is not theirs, past one chunk of 16.
    @Test func thatABatchHoldsTheChannelsOfItsRealizations() throws {
        var prior = try SyntheticRealizations()
        prior.variesWithin = true
        let realizations = (0..<40).map(prior.realization)
        let encoding = try RealizationEncoding(fitting: realizations, on: prior.grid)
        let encoded = try EncodedRealizations(realizations, encoding: encoding)
        let (cells, channels) = (encoding.cellCount, encoding.channelCount)
        #expect(channels == 2)
        let order = (0..<40).map { 7 * $0 % 40 }
        let lanes = AlignedFloats([Float](repeating: -1, count: 2 * 16 * cells * channels))
        encoded.load(order[9..<28], into: lanes.pointer)
        for sample in 0..<32 {
            let values = sample < 19 ? encoded.channels(order[9 + sample]) : nil
            for channel in 0..<channels {
                for cell in 0..<cells {
                    let found = lanes.pointer[((sample / 16 * cells + cell) * channels + channel) * 16 + sample % 16]
                    #expect(found == values?[channel * cells + cell] ?? 0)
                }
            }
        }
    }

    @Test func thatAPropertyThatVariesWithinFaciesTakesAChannel() throws {
        var prior = try SyntheticRealizations()
        prior.variesWithin = true
        let encoding = try RealizationEncoding(fitting: (0..<5).map(prior.realization), on: prior.grid)
        #expect(encoding.propertyChannels == [.logPermeabilityX])
        let realization = prior.realization(7)
        let back = encoding.realization(of: try encoding.channels(of: realization))
        for cell in 0..<prior.grid.cellCount {
            // ln k is near -30, so single precision keeps it to 2e-6; standardising adds as much.
            expectClose(
                Double(back.permeabilityX[cell] / realization.permeabilityX[cell]), 1, tolerance: 2e-5)
        }
    }

    @Test func thatThreeFaciesTakeOneChannelEachAndTheLargestWins() throws {
        let grid = try Grid.uniform(columns: 3, rows: 1, width: 1, height: 1, thickness: 1, depth: 0)
        let realization = Realization(
            facies: [4, 7, 9], porosity: [0.1, 0.2, 0.3], permeabilityX: [1e-15, 1e-14, 1e-13],
            permeabilityY: [1e-15, 1e-14, 1e-13])
        let encoding = try RealizationEncoding(fitting: [realization], on: grid)
        #expect(encoding.channelCount == 3)
        #expect(try encoding.channels(of: realization) == [1, 0, 0, 0, 1, 0, 0, 0, 1])
        #expect(encoding.realization(of: [0.2, 0.3, 0.1, 0.1, 0.4, 0.2, 0.3, 0.2, 0.9]).facies == [9, 7, 9])
    }

    @Test func thatAContinuousPriorIsStandardised() throws {
        let grid = try Grid.uniform(columns: 8, rows: 8, width: 1, height: 1, thickness: 1, depth: 0)
        var stream = RandomStream(seed: 2, purpose: "field")
        let realizations = (0..<30).map { _ in
            let permeability = (0..<64).map { _ in Float(1e-13) * exp(Float(stream.normal())) }
            return Realization(
                porosity: permeability.map { 0.2 + 0.02 * log($0 / 1e-13) }, permeabilityX: permeability,
                permeabilityY: permeability)
        }
        let encoding = try RealizationEncoding(fitting: realizations, on: grid)
        #expect(encoding.propertyChannels == [.logPermeabilityX, .porosity])
        let values = try realizations.flatMap { try encoding.channels(of: $0)[..<64] }
        let mean = values.reduce(0, +) / Float(values.count)
        // Standardised by these very values: only rounding of 2,000 single-precision sums is left.
        expectClose(Double(mean), 0, tolerance: 1e-4)
    }

    /// What a decoder gives for data unlike any of the training set can still be simulated.
    @Test func thatEveryCellHasPoresHoweverFarChannelsLie() throws {
        let grid = try Grid.uniform(columns: 2, rows: 1, width: 1, height: 1, thickness: 1, depth: 0)
        let realizations = [0.1, 0.2, 0.3].map { (porosity: Float) in
            Realization(
                porosity: [porosity, 0.4 - porosity], permeabilityX: [1e-14, 1e-14], permeabilityY: [1e-14, 1e-14])
        }
        let encoding = try RealizationEncoding(fitting: realizations, on: grid)
        #expect(encoding.propertyChannels == [.porosity])
        for channels: [Float] in [[-50, 50], [50, -50]] {
            for far in [encoding.realization(of: channels), encoding.smoothRealization(of: channels, sharpness: 2)] {
                #expect(far.porosity.min() == 0.001 && far.porosity.max() == 1)
            }
        }
    }

    /// Dictionaries with other keys than texts are written as lists, in an order of the process.
    @Test func thatWhatIsStoredIsTheSameInEveryRun() throws {
        let prior = try SyntheticRealizations()
        let encoding = try RealizationEncoding(fitting: (0..<5).map(prior.realization), on: prior.grid)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = try encoder.encode(encoding)
        #expect(String(decoding: data, as: UTF8.self).contains(#""statistics":{"logPermeabilityX":["#))
        #expect(try JSONDecoder().decode(RealizationEncoding.self, from: data).statistics == encoding.statistics)
    }

    @Test func thatAnUnknownFaciesIsRefusedByName() throws {
        let prior = try SyntheticRealizations()
        let encoding = try RealizationEncoding(fitting: [prior.realization(0)], on: prior.grid)
        var strange = prior.realization(1)
        strange.facies?[5] = 8
        #expect(throws: ParameterError(parameter: "facies", found: "8", requirement: "must be one of 1, 3")) {
            try encoding.channels(of: strange)
        }
    }

    @Test func thatInactiveCellsReadZero() throws {
        var active = [Bool](repeating: true, count: 99)
        active[40] = false
        let prior = try SyntheticRealizations(active: active)
        let encoding = try RealizationEncoding(fitting: (0..<5).map(prior.realization), on: prior.grid)
        for index in 0..<20 { #expect(try encoding.channels(of: prior.realization(index))[40] == 0) }
    }

    @Test func thatAVectorThatRarelyVariesIsNotBlownUp() throws {
        let layout = DataLayout(
            entries: (0..<3).map { DataLayout.Entry(key: VectorKey("WWCT", "P1"), time: Double($0)) })
        var data = [[Float]](repeating: [0, 0, 0], count: 100)
        for i in 0..<50 { data[i][2] = 1 }
        data[0][1] = 1e-4
        let scaling = try DataScaling(fitting: data, layout: layout)
        // Standard deviations 0, 1e-5 and 0.5: the first two are lifted to a tenth of their root mean square.
        let shared = Float((0.25 / 3.0).squareRoot()) * 0.1
        for entry in 0..<2 { expectClose(Double(scaling.spread[entry] / shared), 1, tolerance: 1e-4) }
        expectClose(Double(scaling.spread[2]), 0.5, tolerance: 1e-6)
        #expect(scaling.unscaled(scaling.scaled(data[0])).map { ($0 * 1e4).rounded() } == [0, 1, 1e4])
    }
}
