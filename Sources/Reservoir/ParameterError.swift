/// A value that a domain type refuses. It knows no file or line; whoever reads files adds the place.
public struct ParameterError: Error, Equatable, Sendable, CustomStringConvertible {
    public let parameter: String
    public let found: String
    /// What would be right, phrased to follow "is … but", for example `must be at least 1`.
    public let requirement: String

    public init(parameter: String, found: String, requirement: String) {
        (self.parameter, self.found, self.requirement) = (parameter, found, requirement)
    }

    public var description: String { "\(parameter): is \(found) but \(requirement)" }
}

/// Throws a ``ParameterError`` unless `condition` holds. Write the condition so that NaN fails it.
public func require(
    _ condition: Bool, _ parameter: String, _ found: @autoclosure () -> String, _ requirement: @autoclosure () -> String
) throws(ParameterError) {
    guard condition else {
        throw ParameterError(parameter: parameter, found: found(), requirement: requirement())
    }
}

/// Throws a ``ParameterError`` that names the first of `values`, counted from 1, for which `condition` does not hold.
func requireAll(
    _ values: [Double], _ parameter: String, _ requirement: String, _ condition: (Double) -> Bool
) throws(ParameterError) {
    guard let wrong = values.firstIndex(where: { !condition($0) }) else { return }
    throw ParameterError(
        parameter: parameter, found: "\(values[wrong]) (value \(wrong + 1) of \(values.count))",
        requirement: requirement)
}
