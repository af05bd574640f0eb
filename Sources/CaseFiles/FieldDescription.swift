/// One field of the case file, as the reference and the schema show it.
public struct FieldDescription: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case number(UnitKind)
        case numbers(UnitKind)
        case integer
        case text
        case texts
        case flag
        case choice([String])
        /// Days from the start, or a date.
        case time
        case times
        case file
        /// A number, or a mapping that says how it is distributed.
        case distribution(UnitKind)
        /// A mapping of fields.
        case section
        /// A list of such mappings.
        case sections
    }

    public enum Presence: Equatable, Sendable {
        case required
        case optional
        /// - Parameter text: as one would write it.
        case defaulted(String)
    }

    /// Dotted; `[]` after the name of a list.
    public let path: String
    public let kind: Kind
    public let presence: Presence
    /// For example `must be positive`.
    public let requirement: String?
    /// One sentence or more.
    public let text: String
    /// The choice under which the field exists, for example `prior.type: channels`; the innermost last.
    public let conditions: [String]
}

/// What a number must satisfy, in the METRIC unit of its field.
struct Requirement: Sendable {
    let text: String
    let holds: @Sendable (Double) -> Bool

    static let positive = Requirement(text: "must be positive") { $0 > 0 }
    static let notNegative = Requirement(text: "must not be negative") { $0 >= 0 }

    static func within(_ lower: Double, _ upper: Double) -> Requirement {
        Requirement(text: "must be within \(lower.short) to \(upper.short)") { $0 >= lower && $0 <= upper }
    }

    static func atLeast(_ lower: Double) -> Requirement {
        Requirement(text: "must be at least \(lower.short)") { $0 >= lower }
    }
}

extension Double {
    /// Without a fraction that is zero.
    var short: String {
        self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)"
    }
}
