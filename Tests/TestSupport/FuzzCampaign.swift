import Foundation
import Testing

/// Damaged files for a reader, which must refuse or read each of them, but never trap, hang or allocate without bound.
///
/// The suite gives every reader a few hundred. `LSI_FUZZ_ROUNDS=100000 swift test -c release --filter Damaged` gives it
/// that many, watches the memory, and prints a line for each reader.
public enum FuzzCampaign {
    /// How many inputs are asked for by the environment.
    public static let rounds = ProcessInfo.processInfo.environment["LSI_FUZZ_ROUNDS"].flatMap { Int($0) }

    /// - Parameters:
    ///   - quick: how many inputs without a campaign.
    ///   - growth: what the reader may hold at its peak [bytes].
    ///   - input: a damaged file for each number, the same in every run.
    ///   - read: whether the file was read; checks what it gave.
    public static func run(
        _ name: String, quick: Int = 500, growth limit: Int = 64 << 20,
        sourceLocation: SourceLocation = #_sourceLocation,
        input: (Int) -> [UInt8], read: ([UInt8]) -> Bool
    ) {
        let count = rounds ?? quick
        resetPeakMemory()
        let before = peakMemory()
        let clock = ContinuousClock()
        let start = clock.now
        var (accepted, bytes, slowest, slowestRound) = (0, 0, Duration.zero, 0)
        for round in 0..<count {
            let damaged = input(round)
            bytes += damaged.count
            let time = clock.measure { if read(damaged) { accepted += 1 } }
            if time > slowest { (slowest, slowestRound) = (time, round) }
        }
        // The files have a few kilobytes, which take about a millisecond; the rest is for a busy machine.
        #expect(slowest < .seconds(10), "\(name)", sourceLocation: sourceLocation)
        // Some damage leaves a valid file, most does not: else the mutator or the reader would be asleep.
        #expect(
            accepted > 0 && accepted < count, "\(name): \(accepted) of \(count) read", sourceLocation: sourceLocation)
        // The peak is that of the process, so it says something only while no other tests run beside.
        guard rounds != nil, let before, let after = peakMemory() else { return }
        let grown = after - before
        #expect(grown < limit, "\(name) grew by \(grown >> 20) MiB", sourceLocation: sourceLocation)
        let line = String(
            format: "fuzz %@: %d inputs of %d bytes on average, %d read, %.1f s, slowest %.1f ms (input %d), "
                + "peak memory +%d MiB\n",
            name, count, bytes / max(count, 1), accepted, seconds(clock.now - start), 1000 * seconds(slowest),
            slowestRound, grown >> 20)
        FileHandle.standardError.write(Data(line.utf8))
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    /// Lets the peak start again at what is held now, so that one reader does not hide behind the one before it.
    private static func resetPeakMemory() {
        guard rounds != nil, let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
        try? file.write(contentsOf: Data("5".utf8))
    }

    /// Largest resident memory of this process so far [bytes]; `nil` where the system does not tell.
    private static func peakMemory() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return kilobytes * 1024
    }
}
