import Foundation
import Testing

/// Runs what the guide tells a reader to type.
struct GuideTests {
    /// The lines behind a `$` in the `console` blocks of a page.
    private func commands(of page: String) throws -> [[String]] {
        try Documentation.blocks(of: page, language: "console").flatMap { block in
            block.split(separator: "\n").filter { $0.hasPrefix("$ lsi ") }
                .map { $0.dropFirst(6).split(separator: " ").map(String.init) }
        }
    }

    @Test(arguments: ["Tutorial.md", "CommandLine.md"])
    func thatEveryCommandOfAPageRuns(page: String) throws {
        let folder = try TemporaryFolder()
        let commands = try commands(of: page)
        #expect(commands.count >= 2)
        for command in commands {
            let (status, text) = try output(of: builtProgram, command, in: folder.path)
            #expect(status == 0, "lsi \(command.joined(separator: " "))")
            #expect(!text.isEmpty, "lsi \(command.joined(separator: " "))")
        }
        guard page == "Tutorial.md" else { return }
        let page = folder("my-case/results/report/index.html")
        #expect(FileManager.default.fileExists(atPath: page))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("for-the-team/decks")).count == 5)
    }

    @Test func thatTheGuideListsEveryCommand() throws {
        let help = try output(of: builtProgram, ["--help"]).text
        let list = try #require(help.components(separatedBy: "SUBCOMMANDS:").last)
        // Two blanks before each name; continuation lines are indented further.
        let names = list.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "See" }
        #expect(names.count >= 12)
        let page = try Documentation.text(of: "CommandLine.md")
        for name in names { #expect(page.contains("| `lsi \(name)` |"), "\(name)") }
    }

    @Test func thatExitCodesAreThoseOfTheGuide() throws {
        let folder = try TemporaryFolder()
        #expect(try output(of: builtProgram, ["run"]).status == 64)
        #expect(try output(of: builtProgram, ["run", folder("nothing")]).status == 65)
        try "wells: 3\n".write(toFile: folder("case.yaml"), atomically: true, encoding: .utf8)
        #expect(try output(of: builtProgram, ["run", folder("case.yaml")]).status == 65)
        try "RUNSPEC\nFAULTS\nEND\n".write(toFile: folder("A.DATA"), atomically: true, encoding: .utf8)
        #expect(try output(of: builtProgram, ["new", folder("a"), "--from-deck", folder("A.DATA")]).status == 65)
        #expect(try output(of: builtProgram, ["new", folder.path]).status == 73)
    }

    @Test func thatLinksBetweenPagesLead() throws {
        let pages = try FileManager.default.contentsOfDirectory(atPath: Documentation.folder.path)
            .filter { $0.hasSuffix(".md") }
        #expect(pages.count >= 8)
        for page in pages {
            for part in try Documentation.text(of: page).components(separatedBy: "<doc:").dropFirst() {
                let name = String(part.prefix { $0 != ">" })
                #expect(pages.contains("\(name).md"), "\(page): \(name)")
            }
        }
    }

    @Test func thatACompletionScriptIsMade() throws {
        for shell in ["bash", "zsh", "fish"] {
            let (status, text) = try output(of: builtProgram, ["--generate-completion-script", shell])
            #expect(status == 0 && text.contains("export") && text.contains("local-retraining"), "\(shell)")
        }
    }
}
