import Calibration
import Foundation
import Reservoir
import Storage
import TestSupport
import Testing

@testable import CaseFiles

struct ShippedCaseTests {
    /// The package's root, from where this file lies.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: ["five-spot-channels", "five-spot-gaussian", "fluvial-scenarios"])
    func thatAShippedCaseIsValid(name: String) throws {
        let one = try Case.read(Self.root.appending(path: "Cases/\(name)").path, observations: .ifPresent)
        #expect(one.name == name)
        #expect(one.reservoir.wells.map(\.name) == ["I1", "P1", "P2", "P3", "P4"])
        #expect(one.observations.vectors.count == 9)
        #expect(one.observations.noise.relative == 0.05)
    }

    /// The digits are not shipped: all that may be wrong with the case is that they are not there.
    @Test func thatTheTomographyCaseIsValidButForItsImages() throws {
        do {
            let one = try Case.read(Self.root.appending(path: "Cases/mnist-tomography").path)
            #expect(one.observations.vectors.count == 16 && one.measured?.history.count == 128)
        } catch {
            let text = error.description
            let hint = "which does not exist, nor does"
            #expect(error.problems.count == 2 && error.problems.allSatisfy { "\($0)".contains(hint) }, "\(text)")
            #expect(text.contains("to be had at https://"))
        }
    }

    @Test func thatTheStarterCaseIsValid() throws {
        let starter = try Case.parse(StarterCase.text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
        #expect(starter.training.pairs == 500)
        #expect(starter.reservoir.grid.cellCount == 1600)
        // 2022-12-31 is 1095 days after 2020-01-01: a leap year and two others.
        #expect(starter.observations.historyEnd == 1095 * Unit.day)
    }

    @Test func thatNumbersArriveInSIUnits() throws {
        let starter = try Case.parse(StarterCase.text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
        let model = starter.reservoir
        #expect(model.fluids.oil.viscosity == 2e-3)
        // 1/bar to 1/Pa is a rounded factor: one ulp.
        expectClose(model.fluids.displacingPhase.compressibility, 4e-10, tolerance: 4e-10 * 2.3e-16)
        #expect(model.initial == .uniform(pressure: 200e5, saturation: 0.2))
        let injector = try #require(model.schedule.events.first)
        #expect(injector.control.rates == [.displacing: 250 / 86_400.0])
        #expect(injector.control.bottomHolePressure == 450e5)
        #expect(model.wells[0].completions == [Well.Completion(column: 19, row: 19)])
        #expect(model.schedule.reportTimes.count == 24)
        #expect(model.schedule.reportTimes.last == 2880 * Unit.day)
    }

    @Test func thatAProducerOnARateHasALeastPressure() throws {
        let text = StarterCase.text.replacing(
            "row: 5, control: {bottom_hole_pressure: 150}", with: "row: 5, control: {oil_rate: 100}", maxReplacements: 1
        )
        let model = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent).reservoir
        let producer = try #require(model.schedule.events.first { !$0.control.rates.isEmpty && $0.well != "I1" })
        #expect(producer.control.bottomHolePressure == Unit.atmosphere)
    }
}
