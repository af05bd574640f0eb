import ArgumentParser
import Pipeline

struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a case, its results or a file holds.",
        discussion: """
            Known are a case (folder or case.yaml), its results, an export, and single files: HDF5 (.h5), NPY, CSV, an \
            Eclipse summary (.SMSPEC, .UNSMRY) and an Eclipse deck (.DATA).

              lsi inspect my-case
              lsi inspect my-case/results/export/ensemble.h5
              lsi inspect RUN.SMSPEC --json
            """)
    @Argument(help: "The file or folder.", completion: .file())
    var path: String
    @OptionGroup var output: JSONOption

    func run() throws {
        try reportingErrors {
            let result = try Inspector.inspect(path)
            try show(output.json ? result.json : result.terminalText)
        }
    }
}
