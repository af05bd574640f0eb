import ArgumentParser
import CaseFiles
import Foundation
import Pipeline
import Reports
import Storage

/// What every command that works on a case takes.
struct CaseOptions: ParsableArguments {
    @Argument(help: "The case: a folder that holds case.yaml, or the file itself.", completion: .directory)
    var casePath: String

    @Option(
        help: "Folder for everything made from the case. Default: `results` in the case's folder.",
        completion: .directory)
    var output: String?

    @Option(help: "Seed of all random numbers. Default: that of the case file.")
    var seed: UInt64?

    @Option(help: "Threads to use; results do not depend on it. Default: all cores.")
    var threads: Int?

    @Option(help: "Share of the training set, epochs and simulations that the case asks for, to try it out: 0 to 1.")
    var effort = 1.0

    @Flag(name: .shortAndLong, help: "Print nothing but errors and the result.")
    var quiet = false

    func validate() throws {
        if !(effort > 0 && effort <= 1) {
            throw ValidationError("--effort is \(effort) but must be above 0 and at most 1")
        }
        for (name, path) in [("the case", casePath), ("--output", output ?? ".")] where path.isEmpty {
            throw ValidationError("\(name) is an empty path")
        }
        try require(threads, "--threads", within: 1...1024)
    }

    /// Reads and validates the case; nothing runs or is written before it is sound.
    func open(observations: Case.ObservationNeed = .required) throws -> Project {
        try Project(
            casePath: casePath, output: output, seed: seed,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount, effort: effort, quiet: quiet,
            observations: observations)
    }
}

/// Throws unless an option, if it was given, has a value that makes sense.
func require(_ value: Int?, _ name: String, within range: ClosedRange<Int>) throws {
    if let value, !range.contains(value) {
        throw ValidationError("\(name) is \(value) but must be within \(range.lowerBound) to \(range.upperBound)")
    }
}

struct JSONOption: ParsableArguments {
    @Flag(help: "Print the result as JSON on standard output.")
    var json = false
}

/// Writes a result to standard output.
/// - Throws: ``StorageError`` if not all of it can be written: half a table must not pass for a whole one.
func show(_ text: String, terminator: String = "\n") throws {
    let code = StandardStream.output.write(text + terminator)
    guard code == 0 else {
        throw StorageError(
            code == ENOSPC ? .diskFull : .unwritable, path: "standard output",
            reason: "cannot be written (\(String(cString: strerror(code))))", advice: "make room or write elsewhere")
    }
}

/// Runs the body of a command and turns errors into one message and an exit code.
func reportingErrors(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as ExitCode {
        throw error
    } catch {
        let failure = Failure(error)
        StandardStream.error.write(failure.text + "\n")
        throw ExitCode(failure.exitCode)
    }
}
