public import Foundation

/// What is needed to make the same result again.
public struct Provenance: Equatable, Sendable {
    public struct Stage: Equatable, Sendable {
        public var name: String
        public var seconds: Double
        /// Taken from an earlier run.
        public var reused: Bool

        public init(name: String, seconds: Double, reused: Bool = false) {
            (self.name, self.seconds, self.reused) = (name, seconds, reused)
        }
    }

    public var version: String
    public var seed: UInt64
    public var threads: Int
    public var started: Date
    public var stages: [Stage]
    /// For example `built-in two-phase simulator`, `OPM Flow 2026.04`.
    public var forwardModel: String
    /// Further facts in order: instruction set, digests, command line, input files.
    public var facts: [Fact]
    /// The validated settings as text (the case file).
    public var settings: String

    public struct Fact: Equatable, Sendable {
        public var name: String, value: String
        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public init(
        version: String, seed: UInt64, threads: Int, started: Date, stages: [Stage] = [], forwardModel: String,
        facts: [Fact] = [], settings: String = ""
    ) {
        (self.version, self.seed, self.threads, self.started) = (version, seed, threads, started)
        (self.stages, self.forwardModel, self.facts, self.settings) = (stages, forwardModel, facts, settings)
    }
}
