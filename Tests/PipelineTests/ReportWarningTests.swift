import Foundation
import Storage
import Testing

@testable import Pipeline

@Suite struct ReportWarningTests {
    @Test func thatDataOutOfReachOfThePriorAreNamed() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        // Three times the oil that was produced: no realization of the prior has so much pore volume in reach.
        let lines = try Files.readText(folder("observations.csv")).split(separator: "\n").map { line in
            var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if fields[0] == "WOPR:P1", let value = Double(fields[1]) { fields[1] = "\(3 * value)" }
            return fields.joined(separator: ",")
        }
        try Files.write(lines.joined(separator: "\n") + "\n", to: folder("observations.csv"))
        let project = try SmallCase.open(folder.path)
        try project.calibrate()
        let text = try project.summary(asJSON: true)
        #expect(text.contains("No realization of this prior comes near P1's oil rate"))
        #expect(!text.contains("comes near I1"))
    }

    @Test func thatNoConflictIsSeenWhereThereIsNone() throws {
        let folder = try SmallCase.calibrated.get()
        let project = try SmallCase.open(folder.path)
        #expect(try !project.summary(asJSON: true).contains("comes near"))
    }

    @Test func thatOnlyMethodsThatTargetThePosteriorClaimIt() throws {
        let folder = try TemporaryFolder()
        let settings = """
            calibration:
              method: rejection
              budget: 1500
              smoother: {ensemble_size: 20}
              retraining: {wave_size: 10, waves: 2}
              sequential: {particles: 20, final_moves: 1, preparation: {wave_size: 10, waves: 1, prior_draws: 10}}

            """
        let text = try #require(SmallCase.text.components(separatedBy: "calibration:").first) + settings
        try SmallCase.make(in: folder.path, text: text)
        let project = try SmallCase.open(folder.path)
        for name in MethodChoice.names {
            let chosen = try project.choosing(MethodChoice(named: name))
            try chosen.calibrate()
            let summary = try #require(
                try JSONSerialization.jsonObject(with: Data(chosen.summary(asJSON: true).utf8)) as? [String: Any])
            let claims = summary["posterior"] is String
            #expect(claims == ["smc", "rejection"].contains(name), "\(name)")
        }
    }
}
