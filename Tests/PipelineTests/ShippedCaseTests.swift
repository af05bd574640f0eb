import CaseFiles
import Foundation
import Reservoir
import Testing

@testable import Pipeline

/// The synthetic cases that come with lsi.
struct ShippedCaseTests {
    private static let cases = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Cases").path

    /// Observations of another reservoir than the case describes could never be matched, and nothing else would tell.
    @Test(arguments: [("five-spot-channels", 3), ("five-spot-gaussian", 0), ("fluvial-scenarios", 0)])
    func thatObservationsAreThoseOfATruthOfTheCase(name: String, truth number: Int) throws {
        let project = try Project(casePath: "\(Self.cases)/\(name)", threads: 1, quiet: true)
        let shipped = try #require(project.settings.truth)
        let made = try project.syntheticTruth(number)
        #expect(shipped.times.count == made.series.times.count)
        for key in made.series.keys {
            let (now, then) = (try #require(made.series[key]), try #require(shipped[key]))
            let peak = now.map(abs).max() ?? 0
            // Files carry six digits. What the simulator's own error moves as it is improved is some per cent at the
            // report of breakthrough and far below the noise of 5 % over all.
            let squares = zip(now, then).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let deviation = (squares / Double(now.count)).squareRoot()
            #expect(deviation <= 0.01 * peak, "\(key): \(deviation) of \(peak)")
        }
        let measured = try #require(project.settings.measured)
        let misfits = (measured.history + measured.forecast).map { observation -> Double in
            guard let series = shipped[observation.key],
                let index = shipped.times.firstIndex(where: { abs($0 - observation.time) < 60 })
            else { return .nan }
            let residual = (observation.value - series[index]) / observation.error
            return residual * residual
        }
        // Mean of N squares of standard normals: 1, give or take four times √(2/N).
        let mean = misfits.reduce(0, +) / Double(misfits.count)
        #expect(abs(mean - 1) <= 4 * (2 / Double(misfits.count)).squareRoot(), "mean squared error \(mean)")
    }
}
