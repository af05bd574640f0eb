/// A file that cannot be read or written, with what to do about it.
public struct StorageError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        /// There is no such file.
        case missing
        /// The file is there but the operating system refuses to read it.
        case unreadable
        case unwritable
        case diskFull
        /// The content breaks its own format: truncated, corrupt, hostile.
        case damaged
        /// Sound, but not what was asked for: another format, version, shape or origin.
        case unsuitable
    }

    public let kind: Kind
    public let path: String
    /// 1-based, in text files.
    public let line: Int?
    public let reason: String
    /// The next step.
    public let advice: String

    public init(_ kind: Kind, path: String, line: Int? = nil, reason: String, advice: String) {
        (self.kind, self.path, self.line, self.reason, self.advice) = (kind, path, line, reason, advice)
    }

    public var description: String {
        "\(path)\(line.map { ":\($0)" } ?? ""): \(reason); \(advice)"
    }
}
