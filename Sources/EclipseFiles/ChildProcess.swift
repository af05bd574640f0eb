import Foundation
import Reservoir

/// Runs a program to its end, for a bounded time.
///
/// What it prints goes to a file, not to a pipe: a pipe that nobody empties would stop it for ever.
struct ChildProcess {
    struct Outcome {
        /// Exit code, or the negative number of the signal that ended it.
        var status: Int
        /// What it printed.
        var log: String
    }

    let executable: URL
    let arguments: [String]
    /// Where it runs, and where its log is written.
    let folder: URL
    /// [s]
    let timeout: Double

    /// Largest log that is read; a program that prints more has gone astray.
    private static let logLimit = 64 << 20

    /// Waits for the end, the time-out, or the cancellation of the current task, whichever comes first.
    /// - Throws: ``SimulationFailure`` if it cannot be started, or was stopped.
    func run() throws(SimulationFailure) -> Outcome {
        let log = folder.appendingPathComponent("output.log")
        let process = Process()
        let finished = DispatchSemaphore(value: 0)
        do {
            try Data().write(to: log)
            let handle = try FileHandle(forWritingTo: log)
            defer { try? handle.close() }
            process.executableURL = executable
            process.arguments = arguments
            process.currentDirectoryURL = folder
            process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = handle
            process.standardError = handle
            process.terminationHandler = { _ in finished.signal() }
            try process.run()
        } catch {
            throw SimulationFailure("cannot run \(executable.path): \(error.localizedDescription)")
        }
        let deadline = ContinuousClock.now + .seconds(timeout)
        while finished.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
            let isLate = ContinuousClock.now >= deadline
            guard isLate || Task.isCancelled else { continue }
            stop(process, finished)
            throw SimulationFailure(
                isLate
                    ? "\(executable.lastPathComponent) was stopped after \(timeout) seconds without having finished"
                    : "cancelled")
        }
        let status = Int(process.terminationStatus)
        return Outcome(
            status: process.terminationReason == .exit ? status : -status, log: Self.text(of: log))
    }

    /// Asks it to end, and ends it if it does not.
    private func stop(_ process: Process, _ finished: DispatchSemaphore) {
        process.terminate()
        if finished.wait(timeout: .now() + .seconds(2)) == .timedOut {
            kill(process.processIdentifier, SIGKILL)
            finished.wait()
        }
    }

    private static func text(of log: URL) -> String {
        guard let handle = try? FileHandle(forReadingFrom: log) else { return "" }
        defer { try? handle.close() }
        return String(decoding: (try? handle.read(upToCount: logLimit)) ?? Data(), as: UTF8.self)
    }
}
