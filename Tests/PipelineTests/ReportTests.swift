import Foundation
import Reports
import Reservoir
import Testing

@testable import Pipeline

/// What the report of a real calibration holds; how it is drawn is tested with the pages.
struct ReportTests {
    /// The small case in a reservoir of channels.
    private func channels(in folder: TemporaryFolder) throws -> CalibrationReport {
        let start = try #require(SmallCase.text.range(of: "prior:\n")).lowerBound
        let end = try #require(SmallCase.text.range(of: "observations:")).lowerBound
        let prior = """
            prior:
              type: channels
              width: 50
              proportion: 0.4
              wavelength: 200
              sinuosity: 1.2
              azimuth: {from: 20, to: 70}
              facies:
                - {code: 0, name: mud, permeability: 10, porosity: 0.1}
                - {code: 1, name: sand, permeability: 500, porosity: 0.25}

            """
        let text = SmallCase.text.replacingCharacters(in: start..<end, with: prior)
        try SmallCase.make(in: folder.path, text: text)
        let project = try SmallCase.open(folder.path)
        try project.calibrate()
        return try project.assembleReport()
    }

    @Test func thatMapsOfAPriorWithFaciesShowThem() throws {
        let report = try channels(in: try TemporaryFolder())
        let probability = report.maps.filter { $0.quantity == .probability }
        #expect(probability.map(\.title).contains("Prior: probability of sand"))
        let prior = try #require(probability.first)
        // Realizations of 40 % sand, with sand in some places likelier than in others.
        let mean = prior.values.reduce(0, +) / Float(prior.values.count)
        #expect(abs(mean - 0.4) < 0.1)
        #expect(Set(prior.values).count > 5)
        #expect(prior.wells.map(\.name) == ["I1", "P1"])
        let member = try #require(report.members.first)
        #expect(member.role == "best")
        #expect(member.maps.map(\.quantity) == [.facies(names: ["mud", "sand"])])
        #expect(Set(member.maps[0].values) == [0, 1])
        let pair = try #require(report.training?.reconstructions.first)
        #expect(Set(pair.reference.values) == [0, 1])
    }

    @Test func thatMapsOfAContinuousPriorShowPermeabilityAndPorosity() throws {
        let folder = try SmallCase.calibrated.get().path
        let report = try SmallCase.open(folder).assembleReport()
        let member = try #require(report.members.first)
        #expect(member.maps.map(\.quantity) == [.permeability, .porosity])
        #expect(report.maps.first?.title == "Prior: mean log10 permeability")
    }

    @Test func thatVectorsWithoutObservationsAreShownToo() throws {
        let folder = try SmallCase.calibrated.get().path
        let report = try SmallCase.open(folder).assembleReport()
        let observed = report.vectors.filter { !$0.observations.isEmpty }.map(\.key)
        #expect(Set(observed) == [VectorKey("WOPR", "P1"), VectorKey("WWPR", "P1"), VectorKey("WBHP", "I1")])
        let others = report.vectors.filter(\.observations.isEmpty).map(\.key)
        #expect(others.contains(VectorKey("WWCT", "P1")))
        // The producer is held at a pressure, the injector at a rate: a straight line tells nothing.
        #expect(!others.contains(VectorKey("WBHP", "P1")) && !others.contains(VectorKey("WWIR", "I1")))
        for member in report.members { #expect(member.curves.map(\.count) == report.vectors.map(\.times.count)) }
    }

    @Test func thatTheNoiseIsToldInTheUnitOfTheData() throws {
        let folder = try SmallCase.calibrated.get().path
        let noise = try SmallCase.open(folder).assembleReport().acceptance.noise
        #expect(noise.count == 4)
        #expect(
            noise[0].wholeMatch(of: /WBHP: [0-9.e+]+ to [0-9.e+]+ bar, in the median [0-9.]+ % of the value/) != nil)
        #expect(noise[3] == "errors independent of each other")
    }
}
