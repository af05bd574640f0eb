import ArgumentParser
import Pipeline

struct Validate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts synthetic truths through the whole chain: can the results of this case be trusted?",
        discussion: """
            Each truth is a draw of the prior that no training has seen. It is simulated, observed with noise as the case \
            observes, and calibrated; then it is known what was to be found. The page and the tables say how many matches \
            were found at what price, how often the truth lies where history and forecast have it, and whether its ranks are \
            even. On the coarse twin of the case the methods are compared with plain rejection sampling.

              lsi validate my-case --truths 20
              lsi validate my-case --truths 5 --method gradient --method smc
              lsi validate my-case --truths 0 --twin-truths 5 --method smc
              lsi validate my-case --truths 3 --effort 0.1     a first look

            What is finished is kept: a killed run goes on, and more truths can be added later.
            """)
    @OptionGroup var options: CaseOptions
    @OptionGroup var output: JSONOption
    @Option(help: "Synthetic truths; 0: none but those on the coarse twin.")
    var truths = 20
    @Option(help: "Begin at this truth: the others were run before, or on another machine.")
    var firstTruth = 1
    @Option(help: "Method; repeat it to compare several. Default: that of the case file.")
    var method: [MethodChoice] = []
    @Option(help: "Simulations for each truth and method. Default: that of the case file.")
    var budget: Int?
    @Option(help: "Stop at so many accepted and distinct realizations; 0: never. Default: that of the case file.")
    var wanted: Int?
    @Option(help: "Truths on the coarse twin that are compared with rejection sampling; 0: none.")
    var twinTruths = 3
    @Option(help: "Draws of the prior that rejection sampling on the coarse twin has.")
    var referenceDraws = 20_000
    @Option(
        help: """
            Equal draws that these must be worth; the noise on the coarse twin is enlarged until they are. With as many more draws \
            it stays as it is, and mean and spread are known better.
            """)
    var referenceSize = 200
    @Flag(
        help: ArgumentHelp(
            "Take truths that the networks can represent: decoded draws of the latent prior.",
            discussion: "What is missed then, the sampler or the budget is to blame for, not the representation floor.")
    )
    var decodedTruths = false
    @Option(help: "Enlarge the noise of the truths so many times, to see how hard the case is.")
    var noiseFactor = 1.0
    @Flag(help: "Also write every figure as PDF, SVG and PNG.")
    var figures = false

    func validate() throws {
        try require(truths, "--truths", within: 0...1_000_000)
        try require(firstTruth, "--first-truth", within: 1...max(truths, 1))
        try require(budget, "--budget", within: 1...100_000_000)
        try require(wanted, "--wanted", within: 0...1_000_000)
        if !(noiseFactor > 0 && noiseFactor.isFinite) {
            throw ValidationError("--noise-factor is \(noiseFactor) but must be above 0")
        }
        try require(twinTruths, "--twin-truths", within: 0...1_000_000)
        if truths == 0, twinTruths == 0 {
            throw ValidationError("--truths and --twin-truths are both 0: one of them must be at least 1")
        }
        try require(referenceDraws, "--reference-draws", within: 100...100_000_000)
        try require(referenceSize, "--reference-size", within: 10...100_000_000)
        if 2 * referenceSize > drawsMade {
            throw ValidationError(
                "--reference-size is \(referenceSize), more than half of the \(drawsMade) draws made; "
                    + "take more by --reference-draws, or at most \(drawsMade / 2)")
        }
    }

    private var drawsMade: Int {
        options.effort < 1 ? max(1_000, Int(options.effort * Double(referenceDraws))) : referenceDraws
    }

    func run() throws {
        try reportingErrors {
            let request = ValidationRequest(
                firstTruth: firstTruth, truths: truths, methods: method, budget: budget, wanted: wanted,
                twinTruths: twinTruths,
                referenceDraws: drawsMade,
                referenceSize: Double(referenceSize),
                usesDecodedTruths: decodedTruths, noiseFactor: noiseFactor)
            try show(options.open().validate(request, figures: figures, asJSON: output.json), terminator: "")
        }
    }
}
