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

            A killed command goes on where it stopped when it is run again.
            """,
        version: Version.text,
        subcommands: [
            Run.self, New.self, Prior.self, Simulate.self, Observe.self, Generate.self, Train.self, Calibrate.self,
            Report.self, Export.self, Inspect.self, Schema.self
        ])

    /// Exit codes: 0 done, 1 a stage failed or stopped, 64 wrong usage, 65 wrong input.
    static func main() {
        Interruption.listen()
        main(nil)
    }
}
