extension [Double] {
    /// `Σ xᵢ²`
    public var squaredNorm: Double { reduce(0) { $0 + $1 * $1 } }
}
