public import Foundation
import Synchronization

/// Tells how far a stage is: a bar that redraws itself on a terminal, a few plain lines elsewhere.
///
/// Any task may call it. It writes to standard error, so that results on standard output stay clean.
public final class ProgressReporter: Sendable {
    /// How a stage's progress is shown.
    public enum Mode: Equatable, Sendable {
        case bar(TerminalStyle)
        /// One line at the start, after each tenth, and at the end.
        case lines
        case silent

        /// A bar on a terminal, lines in a file or pipe, nothing when `isQuiet`.
        public static func detect(isQuiet: Bool = false) -> Mode {
            if isQuiet { return .silent }
            let style = TerminalStyle.detect(descriptor: 2)
            return style.isInteractive ? .bar(style) : .lines
        }
    }

    private struct State {
        var completed: Int
        var drawnAt = -Double.infinity
        var toldTenths = 0
        var isFinished = false
        var note = ""
    }

    private let title: String
    private let total: Int
    private let unit: String
    private let alreadyDone: Int
    private let mode: Mode
    private let clock: @Sendable () -> Double
    private let write: @Sendable (String) -> Void
    private let startedAt: Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - total: what ``advance(by:)`` adds up to.
    ///   - unit: of the rate, for example `simulations`.
    ///   - alreadyDone: taken from an earlier run; counts as completed but not towards the rate.
    ///   - clock: seconds that never run backwards.
    public init(
        title: String, total: Int, unit: String = "", alreadyDone: Int = 0, mode: Mode = .detect(),
        clock: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime },
        write: @escaping @Sendable (String) -> Void = { StandardStream.error.write($0) }
    ) {
        (self.title, self.total, self.unit) = (TextTable.printable(title), max(total, 0), unit)
        (self.alreadyDone, self.mode, self.clock, self.write) = (alreadyDone, mode, clock, write)
        startedAt = clock()
        state = Mutex(State(completed: alreadyDone))
        if mode == .lines {
            let resumed = alreadyDone > 0 ? ", \(NumberText.count(alreadyDone)) already there" : ""
            write("\(self.title): \(NumberText.count(self.total)) \(unit)".trimmingSuffix() + "\(resumed)\n")
        }
    }

    /// - Parameter note: shown behind the figures until there is another.
    public func advance(by count: Int = 1, note: String? = nil) {
        let now = clock()
        // Writing under the lock keeps lines of several tasks whole and in order.
        state.withLock { state in
            guard !state.isFinished else { return }
            state.completed = min(total, state.completed + count)
            if let note { state.note = note }
            switch mode {
            case .silent: break
            case .bar(let style):
                guard now - state.drawnAt >= 0.1 else { return }
                state.drawnAt = now
                write("\r" + bar(state.completed, now: now, note: state.note, style: style))
            case .lines:
                let tenths = total > 0 ? state.completed * 10 / total : 10
                guard tenths > state.toldTenths, tenths < 10 else { return }
                state.toldTenths = tenths
                write(line(state.completed, now: now, note: state.note))
            }
        }
    }

    /// Ends the line of the bar. Later calls do nothing.
    public func finish() {
        let now = clock()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            let spent = NumberText.duration(now - startedAt)
            let counted = "\(NumberText.count(state.completed)) \(unit)".trimmingSuffix()
            let told = state.note.isEmpty ? "" : ", \(TextTable.printable(state.note))"
            let summary = "\(title): \(counted) in \(spent)\(rateText(state.completed, now: now, lead: ", "))\(told)"
            switch mode {
            case .silent: break
            case .bar: write("\r\u{1B}[K\(summary)\n")
            case .lines: write("\(summary)\n")
            }
        }
    }

    private func bar(_ completed: Int, now: Double, note: String, style: TerminalStyle) -> String {
        let share = total > 0 ? Double(completed) / Double(total) : 1
        let left = remainingText(completed, now: now)
        let count = "\(NumberText.count(completed))/\(NumberText.count(total))"
        let told = note.isEmpty ? "" : "  \(TextTable.printable(note))"
        let tail = " \(count)  \(NumberText.percent(share))\(rateText(completed, now: now, lead: "  "))\(left)\(told)"
        let room = min(30, style.width - title.count - 3 - tail.count)
        guard room >= 5 else { return String((title + tail).prefix(style.width - 1)) + "\u{1B}[K" }
        let filled = Int((share * Double(room)).rounded(.down))
        let drawn = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
        return "\(title) \(style.painted(drawn, .good))\(tail)\u{1B}[K"
    }

    private func line(_ completed: Int, now: Double, note: String) -> String {
        let share = NumberText.percent(total > 0 ? Double(completed) / Double(total) : 1)
        let told = note.isEmpty ? "" : ", \(TextTable.printable(note))"
        let rate = rateText(completed, now: now, lead: ", ")
        let left = remainingText(completed, now: now, lead: ", ")
        return
            "\(title): \(share) (\(NumberText.count(completed)) of \(NumberText.count(total)))\(rate)\(left)\(told)\n"
    }

    /// Per second of this run; empty until something is done.
    private func rateText(_ completed: Int, now: Double, lead: String) -> String {
        guard let rate = rate(completed, now: now) else { return "" }
        return "\(lead)\(NumberText.significant(rate))/s"
    }

    private func remainingText(_ completed: Int, now: Double, lead: String = "  ") -> String {
        guard let rate = rate(completed, now: now), completed < total else { return "" }
        return "\(lead)\(NumberText.duration(Double(total - completed) / rate)) left"
    }

    private func rate(_ completed: Int, now: Double) -> Double? {
        let done = completed - alreadyDone, spent = now - startedAt
        return done > 0 && spent > 0 ? Double(done) / spent : nil
    }
}

extension String {
    fileprivate func trimmingSuffix() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
