import Testing

/// Expects `found` within `tolerance` of `expected`. A tolerance that is not finite and positive is a fault of the test.
public func expectClose(
    _ found: Double, _ expected: Double, tolerance: Double, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    precondition(tolerance > 0 && tolerance.isFinite, "a tolerance must be finite and positive, not \(tolerance)")
    #expect(abs(found - expected) <= tolerance, comment, sourceLocation: sourceLocation)
}
