import ArgumentParser
import Pipeline

extension MethodChoice: ExpressibleByArgument {
    public init?(argument: String) { self.init(named: argument) }
    public static var allValueStrings: [String] { names }
    public static var defaultCompletionKind: CompletionKind { .list(names) }
}

/// What may be asked of a calibration instead of what the case file says.
struct MethodOptions: ParsableArguments {
    @Option(
        help: "Method instead of that of the case file. Each method keeps its own results; `lsi report` compares them.")
    var method: MethodChoice?
    @Option(help: "Simulations that may be spent, instead of what the case file says.")
    var budget: Int?
    @Option(help: "Stop at so many accepted and distinct realizations, instead of what the case file says; 0: never.")
    var wanted: Int?

    func validate() throws {
        try require(budget, "--budget", within: 1...100_000_000)
        try require(wanted, "--wanted", within: 0...1_000_000)
    }
}

extension Project {
    func choosing(_ options: MethodOptions) throws -> Project {
        try choosing(options.method, budget: options.budget, wanted: options.wanted)
    }
}
