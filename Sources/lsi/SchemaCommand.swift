import ArgumentParser
import CaseFiles

struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints what a case file may hold: a JSON schema for editors, or the reference to read.",
        discussion: """
            An editor with a YAML language server completes and checks case files by the schema:

              lsi schema > lsi-case.schema.json

            and, as the first line of a case.yaml beside it:

              # yaml-language-server: $schema=lsi-case.schema.json
            """)
    @Flag(help: "Print the reference as Markdown: every field with its unit, default and meaning.")
    var markdown = false

    func run() throws {
        try show(markdown ? CaseReference.markdown : CaseReference.jsonSchema, terminator: "")
    }
}
