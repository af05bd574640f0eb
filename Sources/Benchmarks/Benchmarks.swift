import ArgumentParser

/// Measures speed and accuracy; one subcommand per topic, JSON on standard output.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks", abstract: "Measures speed and accuracy of lsi; prints JSON.",
        subcommands: [
            FlowBenchmark.self, FlowScalingBenchmark.self, PriorBenchmark.self, NetworkFloorBenchmark.self,
            NetworkSpeedBenchmark.self,
            NetworkMNISTBenchmark.self
        ])
}
