import Foundation

/// What the terminal that text goes to can show.
public struct TerminalStyle: Equatable, Sendable {
    /// Columns of text.
    public var width: Int
    public var hasColour: Bool
    /// Whether a line can be overwritten, as a progress bar does.
    public var isInteractive: Bool

    public init(width: Int, hasColour: Bool, isInteractive: Bool) {
        (self.width, self.hasColour, self.isInteractive) = (max(20, width), hasColour, isInteractive)
    }

    /// What files and pipes get.
    public static let plain = TerminalStyle(width: 100, hasColour: false, isInteractive: false)

    /// Colour only on a terminal, and not where `NO_COLOR` (any text, see no-color.org) or `TERM=dumb` forbids it.
    /// - Parameter descriptor: 1 for standard output, 2 for standard error.
    public static func detect(
        descriptor: Int32 = 1, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> TerminalStyle {
        style(isTerminal: isatty(descriptor) == 1, columns: columns(of: descriptor), environment: environment)
    }

    static func style(isTerminal: Bool, columns: Int?, environment: [String: String]) -> TerminalStyle {
        let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        guard isTerminal else {
            return TerminalStyle(width: asked ?? plain.width, hasColour: false, isInteractive: false)
        }
        let isDumb = environment["TERM"] == "dumb"
        let isForbidden = !(environment["NO_COLOR"] ?? "").isEmpty
        return TerminalStyle(
            width: asked ?? columns ?? 80, hasColour: !isDumb && !isForbidden, isInteractive: !isDumb)
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}

/// How a piece of text is meant; a colour where there is colour, nothing else otherwise.
public enum TextTone: String, Sendable {
    case plain = "", strong = "1", faint = "2", good = "32", warning = "33", bad = "31"
}

extension TerminalStyle {
    public func painted(_ text: String, _ tone: TextTone) -> String {
        guard hasColour, tone != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m"
    }

    /// A name with what it is beside it, or below it where the line is too short.
    func heading(_ name: String, _ text: String) -> String {
        let (name, text) = (TextTable.printable(name), TextTable.printable(text))
        if text.isEmpty { return painted(name, .strong) }
        let space = name.count + 2 + text.count <= width ? "  " : "\n"
        return painted(name, .strong) + space + painted(wrapped(text), .faint)
    }

    /// Text broken at spaces to lines of at most ``width`` columns, the later ones indented. `1.18 σ` and `5 %` stay whole.
    public func wrapped(_ text: String, indent: Int = 0) -> String {
        var words: [String] = []
        for word in TextTable.printable(text).split(separator: " ") {
            if let last = words.last, word.first == "σ" || word.first == "%" {
                words[words.count - 1] = "\(last) \(word)"
            } else {
                words.append(String(word))
            }
        }
        var lines: [String] = [], current = ""
        for word in words {
            let room = width - (lines.isEmpty ? 0 : indent)
            if !current.isEmpty, current.count + 1 + word.count > room {
                lines.append(current)
                current = ""
            }
            current += current.isEmpty ? word : " \(word)"
        }
        lines.append(current)
        return lines.joined(separator: "\n" + String(repeating: " ", count: indent))
    }
}
