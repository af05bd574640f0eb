import Foundation
import Reservoir
import TestSupport
import Testing

@testable import EclipseFiles

/// Damaged files must be refused or read, but never trap, hang, or make us allocate without bound. A longer campaign:
/// `LSI_FUZZ_ROUNDS=100000 swift test -c release --filter FuzzTests`.
@Suite(.serialized)
struct FuzzTests {
    /// Runs a reader on every damaged file and watches its time and the memory of all.
    private func fuzz(_ name: String, _ valid: [UInt8], seed: UInt64, _ read: ([UInt8]) -> Bool) {
        let mutator = Mutator(valid: valid, seed: seed)
        let before = peakMemory()
        let clock = ContinuousClock()
        var accepted = 0
        var slowest = Duration.zero
        for round in 0..<Mutator.rounds {
            let input = mutator.input(round)
            let time = clock.measure { if read(input) { accepted += 1 } }
            slowest = max(slowest, time)
        }
        // The files have a few kilobytes, which take well below a millisecond; the rest is for a busy machine.
        #expect(slowest < .seconds(10), "\(name)")
        if let before, let after = peakMemory() {
            // A grid may ask for a million cells, of which the reader keeps up to about twenty arrays of 8 bytes.
            #expect(after - before < 400 << 20, "\(name) grew by \((after - before) >> 20) MiB")
        }
        // Some damage leaves a valid file, most does not: else the mutator or the reader would be asleep.
        #expect(accepted > 0 && accepted < Mutator.rounds, "\(name): \(accepted) of \(Mutator.rounds) accepted")
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
            fuzz("deck", Array(deck.text.utf8), seed: 2) { bytes in
                guard let read = try? EclipseDeck(bytes: bytes, named: "A", includesIn: folder) else { return false }
                let model = read.model
                #expect(read.realization.cellCount == model.grid.cellCount)
                #expect(zip(model.schedule.reportTimes, model.schedule.reportTimes.dropFirst()).allSatisfy(<))
                #expect(model.wells.allSatisfy { !$0.completions.isEmpty })
                return true
            }
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
