import ArgumentParser
import CaseFiles
import Pipeline

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "All stages from the prior to the report, redoing only what changed.")
    @OptionGroup var options: CaseOptions
    @OptionGroup var output: JSONOption

    func run() throws {
        try reportingErrors {
            let project = try options.open()
            try project.run()
            try show(project.summary(asJSON: output.json))
        }
    }
}

struct Prior: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws realizations of the prior, or looks at it.",
        discussion: """
            Without --preview, realizations are streamed to disk in constant memory. Realization 17 is the same whatever \
            number is asked for.

            With --preview, nothing is stored: realizations are drawn and measured, and a page shows some of them with \
            their mean and variance, proportions, variograms and connectivity against what the prior asks for. The table \
            also appears on the terminal.

              lsi prior my-case --preview
              lsi prior my-case --preview --count 2000 --figures
            """)
    @OptionGroup var options: CaseOptions
    @OptionGroup var output: JSONOption
    @Option(help: "How many realizations. Default: as many as training uses; 200 for a preview.")
    var count: Int?
    @Flag(help: "Write a page with realizations and their statistics against the targets instead of storing them.")
    var preview = false
    @Flag(help: "With --preview, also write every figure as PDF, SVG and PNG.")
    var figures = false

    func validate() throws {
        try require(count, "--count", within: 1...10_000_000)
        if figures && !preview { throw ValidationError("--figures needs --preview") }
    }

    func run() throws {
        // A preview keeps nothing that could be gone on from.
        if preview { Interruption.endAtOnce() }
        try reportingErrors {
            let project = try options.open(observations: .ifPresent)
            guard preview else { return try show(project.drawPrior(count: count, asJSON: output.json)) }
            try show(project.previewPrior(count: count, figures: figures, asJSON: output.json), terminator: "")
        }
    }
}

struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates realizations of the prior: the training pairs.")
    @OptionGroup var options: CaseOptions
    @Option(help: "How many pairs. Default: that of the case file.")
    var count: Int?

    func validate() throws {
        try require(count, "--count", within: 1...1_000_000)
    }

    func run() throws {
        try reportingErrors { try show(options.open(observations: .ifPresent).generatePairs(count: count)) }
    }
}

struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains the dual autoencoder and measures what it can represent.")
    @OptionGroup var options: CaseOptions
    @OptionGroup var output: JSONOption

    func run() throws {
        try reportingErrors {
            let project = try options.open()
            try project.train()
            try show(project.trainingSummary(asJSON: output.json))
        }
    }
}

struct Calibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Samples, simulates, accepts and ranks realizations against the observations.")
    @OptionGroup var options: CaseOptions
    @OptionGroup var method: MethodOptions
    @OptionGroup var output: JSONOption

    func run() throws {
        try reportingErrors {
            let project = try options.open().choosing(method)
            try project.calibrate()
            try show(project.summary(asJSON: output.json))
        }
    }
}

struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the HTML page, the tables and the figures of a calibration.")
    @OptionGroup var options: CaseOptions
    @OptionGroup var method: MethodOptions
    @OptionGroup var output: JSONOption
    @Flag(help: "Also write every figure as PDF, SVG and PNG.")
    var figures = false

    func run() throws {
        try reportingErrors {
            let project = try options.open().choosing(method)
            try project.writeReport(figures: figures)
            try show(project.summary(asJSON: output.json))
        }
    }
}

struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Simulates one realization and writes its well series as CSV to standard output.")
    @OptionGroup var options: CaseOptions
    @Option(help: "Which realization of the prior.")
    var realization = 0
    @Option(
        help: "Folder to make for maps of pressure and saturation at every report time, as NPY.", completion: .directory
    )
    var maps: String?
    @Flag(help: "Replace an earlier folder of maps that is there.")
    var replace = false

    func validate() throws {
        try require(realization, "--realization", within: 0...1_000_000_000)
    }

    func run() throws {
        if maps == nil { Interruption.endAtOnce() }
        try reportingErrors {
            let project = try options.open(observations: .ifPresent)
            let series =
                try maps.map { try project.simulate(realization: realization, mapsTo: $0, replacing: replace) }
                ?? project.simulate(realization: realization)
            try show(series, terminator: "")
        }
    }
}

struct Observe: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes observations of a synthetic truth, with noise, where the case expects them.")
    @OptionGroup var options: CaseOptions
    @Option(help: "Which truth; each number is another draw of the prior that no training set holds.")
    var truth = 0
    @Flag(help: "Overwrite the observations that are there.")
    var replace = false

    func validate() throws {
        try require(truth, "--truth", within: 0...1_000_000_000)
    }

    func run() throws {
        Interruption.endAtOnce()
        try reportingErrors {
            try show(options.open(observations: .ifPresent).observe(truth: truth, replacing: replace))
        }
    }
}

struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a case to start from: a commented one that runs, or the model of an Eclipse deck.",
        discussion: """
            With --from-deck, the grid, rock, fluids, wells and schedule of a two-dimensional two-phase deck become a case \
            file. Keywords without effect on the model are listed; any other that cannot be honoured is named with its line, \
            and nothing is written.

              lsi new five-spot --from-deck FIVE_SPOT.DATA
              lsi simulate five-spot > series.csv
            """)
    @Argument(help: "Folder to make; it must not exist yet or be empty.", completion: .directory)
    var folder: String
    @Option(help: "The Eclipse deck.", completion: .file(extensions: ["DATA", "data"]))
    var fromDeck: String?

    func run() throws {
        try reportingErrors {
            try show(fromDeck.map { try NewCase.write(to: folder, fromDeck: $0) } ?? NewCase.write(to: folder))
        }
    }
}
