import Foundation
import Testing

/// The whole command, stopped and repeated.
struct ResumeTests {
    private func notes(_ folder: TemporaryFolder, _ more: [String] = []) throws -> String {
        let (status, text) = try output(of: builtProgram, ["calibrate", folder.path] + more, withErrors: true)
        #expect(status == 0, "\(text)")
        return text
    }

    private func change(_ folder: TemporaryFolder, _ old: String, _ new: String) throws {
        let text = try String(contentsOfFile: folder("case.yaml"), encoding: .utf8)
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
    }

    /// The candidates with their mismatches, as the calibration keeps them.
    private func candidates(_ folder: TemporaryFolder) throws -> Data {
        try Data(contentsOf: URL(filePath: folder("results/calibration/rejection/checkpoint.json")))
    }

    @Test func thatARunDoesOnlyWhatChanged() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        let first = try notes(folder)
        #expect(!first.contains("up to date"))
        let again = try notes(folder)
        #expect(again.contains("networks: up to date\n") && again.contains("calibration: up to date\n"))
        let before = try candidates(folder)
        // More simulations: the calibration alone runs again.
        try change(folder, "budget: 40", "budget: 50")
        let more = try notes(folder)
        #expect(more.contains("networks: up to date\n") && !more.contains("calibration: up to date"), "\(more)")
        #expect(try candidates(folder) != before)
        // Another training: the pairs stay.
        try change(folder, "epochs: 3", "epochs: 4")
        let trained = try notes(folder)
        #expect(trained.contains("prior: up to date\n") && trained.contains("training pairs: up to date\n"))
        #expect(!trained.contains("networks: up to date"), "\(trained)")
        // Another rock: realizations stay, what was simulated of them does not.
        try change(folder, "residual_oil: 0.2", "residual_oil: 0.25")
        let simulated = try notes(folder)
        #expect(simulated.contains("prior: up to date\n") && !simulated.contains("pairs: up to date"), "\(simulated)")
    }

    @Test func thatWhatWasRemovedIsMadeAgain() throws {
        let folder = try TemporaryFolder()
        try SmallCase.make(in: folder.path)
        _ = try notes(folder)
        let before = try candidates(folder)
        for stage in ["network", "calibration"] {
            try FileManager.default.removeItem(atPath: folder("results/" + stage))
        }
        let again = try notes(folder)
        #expect(again.contains("training pairs: up to date\n") && !again.contains("networks: up to date"), "\(again)")
        #expect(try candidates(folder) == before)
    }

    @Test func thatAKilledRunGoesOnToTheSameResult() throws {
        let (whole, killed) = (try TemporaryFolder(), try TemporaryFolder())
        for folder in [whole, killed] {
            try SmallCase.make(in: folder.path)
            // Long enough to be killed within.
            try change(folder, "pairs: 64, realizations: 128", "pairs: 128, realizations: 256")
        }
        _ = try notes(whole)
        var kills = 0
        // Killed without warning after ever longer times, wherever it then is.
        for attempt in 1...40 {
            let process = Process()
            process.executableURL = URL(filePath: builtProgram)
            process.arguments = ["calibrate", killed.path, "--quiet"]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            Thread.sleep(forTimeInterval: 0.08 * Double(attempt))
            guard process.isRunning else {
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
                break
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            kills += 1
        }
        #expect(kills >= 2)
        _ = try notes(killed)
        #expect(try candidates(killed) == candidates(whole))
    }
}
