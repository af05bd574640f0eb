import Calibration

/// A calibration method by the name that case files and commands use.
public struct MethodChoice: Equatable, Sendable {
    let method: CalibrationMethod

    init(_ method: CalibrationMethod) { self.method = method }

    /// `nil` if no method has that name.
    public init?(named name: String) {
        guard let method = CalibrationMethod(rawValue: name) else { return nil }
        self.method = method
    }

    public static var names: [String] { CalibrationMethod.allCases.map(\.rawValue) }
}
