import Foundation
import PriorModels
import Reservoir
import Storage
import Testing

@testable import Pipeline

struct SimulateMapsTests {
    private func project(in folder: TemporaryFolder) throws -> Project {
        try SmallCase.text.write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
        return try SmallCase.open(folder.path, observations: false)
    }

    @Test func thatMapsHoldWhatTheFieldVectorsSay() throws {
        let folder = try TemporaryFolder()
        let project = try project(in: folder)
        let text = try project.simulate(realization: 2, mapsTo: folder("maps"), replacing: false)
        #expect(text == (try project.simulate(realization: 2)))
        let pressure = try NPY.read(folder("maps/pressure.npy"))
        let saturation = try NPY.read(folder("maps/water_saturation.npy"))
        #expect(pressure.shape == [10, 10, 12] && saturation.shape == [10, 10, 12])
        let table = try CSVTable(reading: folder("maps/maps.csv"))
        #expect(table.rows.map { $0.fields[1] } == (1...10).map { "\(Double($0) * 100)" })
        #expect(table.rows.last?.fields[2].hasPrefix("2022-10-28") == true)

        // Water in place grows by what is injected less what is produced. Pores and water expand by 4e-5 per bar, over 100
        // bar at most: 1 % of the water in place is their effect.
        let porosity = try project.priorModel().realization(2).porosity.map(Double.init)
        func water(_ map: Int) -> Double {
            (0..<120).reduce(0) { $0 + saturation.doubles[120 * map + $1] * porosity[$1] * 20 * 25 * 8 }
        }
        let series = try CSVTable(parsing: text, path: "series")
        func last(_ key: String) -> Double {
            series.rows.last { $0.fields[0] == key }.flatMap { Double($0.fields[1]) } ?? .nan
        }
        func first(_ key: String) -> Double {
            series.rows.first { $0.fields[0] == key }.flatMap { Double($0.fields[1]) } ?? .nan
        }
        let moved = last("FWIT") - first("FWIT") - (last("FWPT") - first("FWPT"))
        #expect(abs(water(9) - water(0) - moved) < 0.01 * water(9))
        #expect(moved > 0.1 * water(9))
        // In bar, between the wells' pressures.
        #expect(pressure.doubles.allSatisfy { $0 > 150 && $0 < 500 })
    }

    @Test func thatMapsOverwriteNothingUnlessAsked() throws {
        let folder = try TemporaryFolder()
        let project = try project(in: folder)
        _ = try project.simulate(realization: 0, mapsTo: folder("maps"), replacing: false)
        #expect(throws: StorageError.self) {
            try project.simulate(realization: 1, mapsTo: folder("maps"), replacing: false)
        }
        _ = try project.simulate(realization: 1, mapsTo: folder("maps"), replacing: true)
        // Folders of other kinds are nobody's to replace.
        #expect(throws: StorageError.self) {
            try project.simulate(realization: 1, mapsTo: folder.path, replacing: true)
        }
    }
}
