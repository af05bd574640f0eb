import ArgumentParser
import Foundation
import Pipeline

@main
struct LSI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsi",
        abstract: "Calibrates 2D two-phase reservoir models against well data by latent-space inversion.",
        discussion: """
            A case is a folder with a case.yaml and the observations it names. The usual way:

              lsi new my-case             write a commented starter case
              lsi run my-case             all stages below, redoing only what changed

            Or stage by stage, each on the same case:

              lsi prior my-case           draw realizations of the prior
              lsi generate my-case        simulate them: the training pairs
              lsi train my-case           train the dual autoencoder, measure its quality
              lsi calibrate my-case       sample, simulate, accept and rank
              lsi report my-case          tables, CSV, figures and an HTML page

            Before and after:

              lsi new mine --from-deck X.DATA   start from an Eclipse deck
              lsi validate my-case              whether its results can be trusted
              lsi inspect my-case               what a case, its results or a file holds
              lsi export my-case --format deck  realizations as GRDECL, NPY, HDF5 or decks
              lsi schema --markdown             every field of a case file

            A killed command goes on where it stopped when it is run again.
            """,
        version: Version.text,
        subcommands: [
            Run.self, New.self, Prior.self, Simulate.self, Observe.self, Generate.self, Train.self, Calibrate.self,
            Report.self, Validate.self, Export.self, Inspect.self, Schema.self
        ])

    /// Exit codes: 0 done, 1 a stage failed, 64 wrong usage, 65 wrong input, 73 a result cannot be written, 130 stopped.
    static func main() {
        Interruption.listen()
        main(nil)
    }
}
