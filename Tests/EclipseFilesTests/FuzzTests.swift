import Foundation
import Reservoir
import TestSupport
import Testing

@testable import EclipseFiles

/// Damaged files must be refused or read, but never trap, hang, or make us allocate without bound.
@Suite(.serialized)
struct FuzzTests {
    private func fuzz(_ name: String, _ valid: [UInt8], seed: UInt64, growth: Int = 64 << 20, _ read: ([UInt8]) -> Bool)
    {
        let mutator = Mutator(valid: valid, seed: seed)
        FuzzCampaign.run(name, quick: 400, growth: growth, input: mutator.input, read: read)
    }

    @Test func thatDamagedGRDECLFilesAreSurvived() {
        let valid =
            "-- c\nSPECGRID\n3 2 1 1 F /\nPORO\n3*0.25 0.1 2*1.5D-1 /\nECHO\nPERMX\n6*100 /\nACTNUM\n4*1 2*0 /\n"
        fuzz("GRDECL", Array(valid.utf8), seed: 1) { bytes in
            guard let file = try? GRDECL(bytes: bytes, file: "a", cellCount: 6) else { return false }
            #expect(file.fields.values.allSatisfy { $0.count == 6 && $0.allSatisfy(\.isFinite) })
            return true
        }
    }

    @Test func thatDamagedDecksAreSurvived() throws {
        var deck = SmallDeck()
        deck.grid += "\nEQUALS\n PORO 0.1 2 3 1 1 1 1 /\n/\nBOX\n 3 3 1 2 1 1 /\nPERMX\n 7 8 /\nENDBOX\n"
        deck.schedule = deck.schedule.replacingOccurrences(
            of: "END", with: "WELTARG\n P LRAT 60 /\n/\nTSTEP\n 3*2.5 /\nEND")
        try withScratchFolder { folder in
            // A deck may ask for a million cells, of which the reader keeps up to about twenty arrays of 8 bytes.
            fuzz("deck", Array(deck.text.utf8), seed: 2, growth: 400 << 20) { bytes in
                guard let read = try? EclipseDeck(bytes: bytes, named: "A", includesIn: folder) else { return false }
                let model = read.model
                #expect(read.realization.cellCount == model.grid.cellCount)
                #expect(zip(model.schedule.reportTimes, model.schedule.reportTimes.dropFirst()).allSatisfy(<))
                #expect(model.wells.allSatisfy { !$0.completions.isEmpty })
                return true
            }
        }
    }

    @Test func thatDamagedTableFilesAreSurvived() {
        let valid = "SWOF\n 0.2 0 0.9 0.3\n 0.5 0.1 0.2 0.1\n 0.8 0.4 0 0 /\nSGOF\n 0 0 1 0\n 0.8 1 0 0 /\n"
        fuzz("SWOF", Array(valid.utf8), seed: 5) { bytes in
            guard let file = try? SaturationTableFile(bytes: bytes, file: "a") else { return false }
            for table in file.water + file.gas {
                #expect(zip(table.saturation, table.saturation.dropFirst()).allSatisfy(<))
                #expect((table.displacing + table.oil).allSatisfy { (0...1).contains($0) })
            }
            return true
        }
    }

    @Test func thatDamagedSummarySpecificationsAreSurvived() {
        let valid = SummaryBytes()
        fuzz("SMSPEC", valid.specification, seed: 3) { bytes in
            (try? SummaryFile(specification: bytes, data: valid.data, named: "A")) != nil
        }
    }

    @Test func thatDamagedSummaryDataAreSurvived() {
        let valid = SummaryBytes()
        fuzz("UNSMRY", valid.data, seed: 4) { bytes in
            guard let file = try? SummaryFile(specification: valid.specification, data: bytes, named: "A") else {
                return false
            }
            #expect(zip(file.series.times, file.series.times.dropFirst()).allSatisfy(<))
            #expect(file.series.values.allSatisfy { $0.allSatisfy(\.isFinite) })
            return true
        }
    }
}
