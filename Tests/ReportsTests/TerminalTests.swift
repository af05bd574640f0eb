import Foundation
import Synchronization
import Testing

@testable import Reports

@Suite struct TerminalStyleTests {
    @Test func thatColourIsForTerminalsThatAllowIt() {
        func hasColour(_ isTerminal: Bool, _ environment: [String: String]) -> Bool {
            TerminalStyle.style(isTerminal: isTerminal, columns: 120, environment: environment).hasColour
        }
        #expect(hasColour(true, ["TERM": "xterm"]))
        #expect(!hasColour(false, ["TERM": "xterm"]))
        #expect(!hasColour(true, ["TERM": "xterm", "NO_COLOR": "1"]))
        #expect(hasColour(true, ["TERM": "xterm", "NO_COLOR": ""]))
        #expect(!hasColour(true, ["TERM": "dumb"]))
    }

    @Test func thatTheWidthIsThatOfTheTerminalOrTheOneAskedFor() {
        #expect(TerminalStyle.style(isTerminal: true, columns: 132, environment: [:]).width == 132)
        #expect(TerminalStyle.style(isTerminal: true, columns: 132, environment: ["COLUMNS": "60"]).width == 60)
        #expect(TerminalStyle.style(isTerminal: true, columns: nil, environment: ["COLUMNS": "x"]).width == 80)
        #expect(TerminalStyle.style(isTerminal: false, columns: nil, environment: [:]).width == 100)
    }

    @Test func thatWrappedLinesFitAndLoseNoWord() {
        let text = "The representation floor is 1.05 σ in the median of 100 held-out realizations"
        let style = TerminalStyle(width: 24, hasColour: false, isInteractive: false)
        let lines = style.wrapped(text, indent: 2).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 24 })
        #expect(lines.joined(separator: " ").split(separator: " ") == text.split(separator: " "))
    }

    @Test func thatANumberIsNotPartedFromItsSign() {
        let style = TerminalStyle(width: 20, hasColour: false, isInteractive: false)
        #expect(style.wrapped("the threshold is at 1.18 σ here") == "the threshold is at\n1.18 σ here")
        #expect(style.wrapped("in the medians at 5 % of it") == "in the medians at\n5 % of it")
    }
}

@Suite struct TextTableTests {
    private func table() -> TextTable {
        var table = TextTable(columns: [.left("Well"), .right("O"), .left("Why")])
        table.append(["P1", "0.5", "accepted"])
        table.append([TextTable.Cell("Injector", .good), "12.25", "a rather long reason for not being accepted"])
        return table
    }

    @Test func thatNumbersEndInOneColumnWithAndWithoutColour() {
        for hasColour in [false, true] {
            let style = TerminalStyle(width: 100, hasColour: hasColour, isInteractive: false)
            let lines = uncoloured(table().text(style: style)).split(separator: "\n").map(String.init)
            let ends = ["O", "0.5", "12.25"].flatMap { word in
                lines.compactMap { line in
                    line.range(of: " \(word) ").map { line.distance(from: line.startIndex, to: $0.upperBound) }
                }
            }
            #expect(ends.count == 3 && Set(ends).count == 1, "\(lines)")
        }
    }

    @Test func thatATooWideTableShortensWordsAndNoNumber() {
        let style = TerminalStyle(width: 34, hasColour: false, isInteractive: false)
        let text = table().text(style: style)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 34 })
        #expect(text.contains("12.25") && text.contains("…"))
    }

    @Test func thatATableOfManyNumbersIsFoldedAndLosesNone() {
        var table = TextTable(columns: [.left("Well")] + (1...6).map { .right("column \($0)") })
        for well in 1...2 { table.append([TextTable.Cell("P\(well)")] + (1...6).map { "\(well * 1000 + $0)" }) }
        let style = TerminalStyle(width: 30, hasColour: false, isInteractive: false)
        let expected = """
            Well  column 1  column 2
            ────  ────────  ────────
            P1        1001      1002
            P2        2001      2002

            Well  column 3  column 4
            ────  ────────  ────────
            P1        1003      1004
            P2        2003      2004

            Well  column 5  column 6
            ────  ────────  ────────
            P1        1005      1006
            P2        2005      2006
            """
        #expect(table.text(style: style) == expected)
    }

    @Test func thatTextCannotSendCommandsToTheTerminal() {
        var table = TextTable(columns: [.left("Name")])
        table.append([TextTable.Cell("a\u{1B}[2Jb\nc\u{9B}1m")])
        let text = table.text(style: .plain)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{9B}"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test func thatTheSummarySaysWhatCameOutAndFitsTheWidth() {
        let style = TerminalStyle(width: 100, hasColour: false, isInteractive: false)
        let text = SyntheticReport.calibration().terminalText(style: style)
        for part in [
            "300 proposed, 300 simulated, 3 failed, 60 accepted, 58 distinct", "chi-square", "WWCT: 5 %",
            "The raw latent proposals reached the noise: 4 of 75", "representation floor is 1.05 σ"
        ] {
            #expect(text.replacingOccurrences(of: "\n", with: " ").contains(part), "\(part) in\n\(text)")
        }
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(text)")
    }

    @Test func thatNothingAcceptedIsSaidPlainlyWithTheReasonAndStillRanked() {
        let text = SyntheticReport.calibration(accepted: 0).terminalText(style: .plain)
        #expect(text.contains("None of 300 simulated realizations matches the data within the noise."))
        #expect(text.contains("- The representation floor of 1.4 σ lies above"))
        #expect(text.contains("did not reach the noise: none of 75"))
        #expect(text.contains("rejected") && !text.contains("Matches within the noise"))
    }

    @Test(arguments: [50, 64, 80, 100])
    func thatEverySummaryFits(width: Int) {
        let style = TerminalStyle(width: width, hasColour: false, isInteractive: false)
        let texts = [
            SyntheticReport.calibration().terminalText(style: style),
            SyntheticReport.calibration(accepted: 0).terminalText(style: style),
            SyntheticReport.training.terminalText(style: style), SyntheticReport.prior.terminalText(style: style),
            SyntheticReport.validation.terminalText(style: style)
        ]
        for text in texts { #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)") }
    }
}

@Suite struct ProgressReporterTests {
    /// A clock moved by hand, and what was written.
    private final class Stage: Sendable {
        let time = Mutex(0.0)
        let written = Mutex("")
        func reporter(
            total: Int, alreadyDone: Int = 0, mode: ProgressReporter.Mode
        ) -> ProgressReporter {
            ProgressReporter(
                title: "generate", total: total, unit: "simulations", alreadyDone: alreadyDone, mode: mode,
                clock: { self.time.withLock { $0 } }, write: { text in self.written.withLock { $0 += text } })
        }
        var text: String { written.withLock { $0 } }
    }

    private let style = TerminalStyle(width: 80, hasColour: false, isInteractive: true)

    @Test func thatTheBarShowsRateAndTimeLeft() {
        let stage = Stage()
        let reporter = stage.reporter(total: 100, mode: .bar(style))
        stage.time.withLock { $0 = 5 }
        reporter.advance(by: 25)
        #expect(stage.text.contains("25/100  25 %  5.00/s  15 s left"), "\(stage.text)")
        reporter.finish()
        #expect(stage.text.hasSuffix("generate: 25 simulations in 5.0 s, 5.00/s\n"), "\(stage.text)")
    }

    @Test func thatTheBarNeverExceedsTheTerminal() {
        for width in [20, 40, 80] {
            let stage = Stage()
            let reporter = stage.reporter(
                total: 100_000, mode: .bar(TerminalStyle(width: width, hasColour: false, isInteractive: true)))
            stage.time.withLock { $0 = 7 }
            reporter.advance(by: 1234)
            let shown = uncoloured(stage.text).replacingOccurrences(of: "\r", with: "")
            #expect(shown.count < width, "\(shown)")
        }
    }

    @Test func thatWhatAnEarlierRunDidDoesNotCountTowardsTheRate() {
        let stage = Stage()
        let reporter = stage.reporter(total: 100, alreadyDone: 80, mode: .bar(style))
        stage.time.withLock { $0 = 10 }
        reporter.advance(by: 10)
        #expect(stage.text.contains("90/100  90 %  1.00/s  10 s left"), "\(stage.text)")
    }

    @Test func thatElsewhereThereAreFewPlainLines() {
        let stage = Stage()
        let reporter = stage.reporter(total: 1000, mode: .lines)
        for step in 1...1000 {
            stage.time.withLock { $0 = Double(step) / 10 }
            reporter.advance()
        }
        reporter.finish()
        reporter.advance()
        reporter.finish()
        let lines = stage.text.split(separator: "\n")
        // The start, nine tenths and the end.
        #expect(lines.count == 11, "\(stage.text)")
        #expect(!stage.text.contains("\r") && !stage.text.contains("\u{1B}"))
    }

    /// Steps that say nothing come between those that do, and most often reach the next tenth.
    @Test func thatANoteStaysUntilTheNext() {
        let stage = Stage()
        let reporter = stage.reporter(total: 100, mode: .lines)
        reporter.advance(by: 5, note: "3 accepted")
        reporter.advance(by: 10)
        reporter.finish()
        let lines = stage.text.split(separator: "\n")
        #expect(lines.count == 3 && lines.dropFirst().allSatisfy { $0.hasSuffix("3 accepted") }, "\(stage.text)")
        let bar = Stage()
        let drawn = bar.reporter(total: 100, mode: .bar(style))
        drawn.advance(by: 5, note: "3 accepted")
        bar.time.withLock { $0 = 5 }
        drawn.advance(by: 10)
        #expect(bar.text.components(separatedBy: "3 accepted").count == 3, "\(bar.text)")
    }

    @Test func thatManyTasksMayReportAtOnce() async {
        let stage = Stage()
        let reporter = stage.reporter(total: 4000, mode: .lines)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { for _ in 0..<500 { reporter.advance() } } }
        }
        reporter.finish()
        #expect(stage.text.contains("generate: 4,000 simulations in"))
        #expect(stage.text.split(separator: "\n").count == 11)
    }

    @Test func thatASilentStageSaysNothing() {
        let stage = Stage()
        let reporter = stage.reporter(total: 10, mode: .silent)
        reporter.advance(by: 10)
        reporter.finish()
        #expect(stage.text.isEmpty)
    }
}

/// Without the escape sequences that colour and clear.
private func uncoloured(_ text: String) -> String {
    text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "")
}
