import Foundation
import Reports

/// What the person at the terminal sees while work goes on: on standard error, so that results can be piped.
public struct Console: Sendable {
    private let mode: ProgressReporter.Mode

    public init(quiet: Bool) { mode = .detect(isQuiet: quiet) }

    public func note(_ text: String) {
        guard mode != .silent else { return }
        StandardStream.error.write(text + "\n")
    }

    /// Shows progress while `body` runs.
    /// - Parameters:
    ///   - unit: what is counted, in the plural.
    ///   - alreadyDone: by an earlier run that this one continues.
    func task<Result>(
        _ title: String, unit: String, total: Int, alreadyDone: Int = 0, _ body: (ProgressReporter) throws -> Result
    ) rethrows -> Result {
        let reporter = ProgressReporter(title: title, total: total, unit: unit, alreadyDone: alreadyDone, mode: mode)
        defer { reporter.finish() }
        return try body(reporter)
    }
}
