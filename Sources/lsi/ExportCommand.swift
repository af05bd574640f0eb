import ArgumentParser
import Pipeline

extension ExportRequest.Format: ExpressibleByArgument {}

struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes calibrated realizations for other programs.",
        discussion: """
            By default the accepted realizations; --best 10 takes the ten nearest to the data, accepted or not, --all every \
            one that was simulated. Formats, several at once if --format is repeated:

              grdecl   a file a realization that a deck can include (permeability in mD)
              npy      an array a property, [members, rows, columns]
              hdf5     one file: realizations, ranking, well series and observations
              deck     a folder a realization that OPM Flow runs

            Tables of the ensemble, its mismatch and its well series are written in any case. For example:

              lsi export my-case --format grdecl --format hdf5 --to for-the-team
            """)
    @OptionGroup var options: CaseOptions
    @OptionGroup var method: MethodOptions
    @Option(help: "Format; repeat it for several.")
    var format: [ExportRequest.Format] = [.grdecl, .hdf5]
    @Option(help: "Folder to make. Default: `export` among the results.", completion: .directory)
    var to: String?
    @Option(help: "So many from the top of the ranking instead of the accepted ones.")
    var best: Int?
    @Flag(help: "Every realization that was simulated instead of the accepted ones.")
    var all = false
    @Flag(help: "Leave out realizations that repeat a better one.")
    var distinct = false
    @Flag(help: "Replace an earlier export that is there.")
    var replace = false

    func validate() throws {
        try require(best, "--best", within: 1...100_000_000)
        if best != nil && all { throw ValidationError("--best and --all exclude each other; give one") }
    }

    func run() throws {
        try reportingErrors {
            let choice: ExportRequest.Choice = all ? .all : best.map { .best($0) } ?? .accepted
            let request = ExportRequest(
                formats: Set(format), choice: choice, distinctOnly: distinct, folder: to, isReplacing: replace)
            try show(options.open().choosing(method).export(request))
        }
    }
}
