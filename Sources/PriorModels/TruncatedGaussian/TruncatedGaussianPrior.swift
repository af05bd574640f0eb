import Reservoir

/// Facies cut from one Gaussian field, or from two (pluri-Gaussian).
///
/// The first field is cut into as many intervals as there are groups, in order, by thresholds that give each group its
/// share. Within a group of several facies the second field is cut in the same way. The fields are independent, so that
///
///     P(facies) = P(first field in its group's interval) · P(second field in its own interval)
///
/// and facies of different groups touch only where their groups follow each other.
/// Source: Armstrong et al. (2011), Plurigaussian Simulations in Geosciences, chapters 2 and 3.
public struct TruncatedGaussianPrior: Equatable, Sendable {
    /// A facies with its share of the cells [–].
    public struct Share: Equatable, Sendable {
        public let code: UInt8
        public let proportion: Double

        public init(code: UInt8, proportion: Double) { (self.code, self.proportion) = (code, proportion) }
    }

    /// In order along the first field; facies of a group in order along the second.
    public let groups: [[Share]]
    public let facies: FaciesTable
    public let first: Variogram
    /// `nil` where every group has one facies.
    public let second: Variogram?

    /// - Throws: ``ParameterError`` if proportions are impossible, the facies are not those of the table, or a group of
    ///   several facies lacks a second variogram.
    public init(
        groups: [[Share]], facies: FaciesTable, first: Variogram, second: Variogram? = nil
    ) throws(ParameterError) {
        let shares = groups.flatMap(\.self)
        for share in shares {
            try require(
                share.proportion > 0 && share.proportion < 1, "proportion of facies \(share.code)",
                "\(share.proportion)", "must be above 0 and below 1")
        }
        let sum = shares.reduce(0) { $0 + $1.proportion }
        try require(abs(sum - 1) <= 1e-6, "proportions", "a sum of \((1e6 * sum).rounded() / 1e6)", "must sum to 1")
        try require(
            shares.map(\.code).sorted() == facies.codes, "proportions",
            "of facies \(shares.map { String($0.code) }.joined(separator: ", "))",
            "must be given for each facies once: \(facies.codes.map(String.init).joined(separator: ", "))")
        try require(groups.allSatisfy { !$0.isEmpty }, "groups", "one without facies", "must have a facies each")
        let isPlural = groups.contains { $0.count > 1 }
        try require(
            second != nil || !isPlural, "second variogram", "missing",
            "must be given: facies of one group are told apart by a second field")
        try require(
            second == nil || isPlural, "second variogram", "given",
            "must be left out, or several facies put in one group: otherwise no second field is needed")
        (self.groups, self.facies, self.first, self.second) = (groups, facies, first, second)
    }

    /// Where the two fields lie in a facies; the whole line for a field that does not matter.
    struct Window: Equatable, Sendable {
        let code: UInt8
        let first: ClosedRange<Double>, second: ClosedRange<Double>
    }

    /// One for each facies, in order of groups.
    var windows: [Window] {
        var windows: [Window] = []
        var before = 0.0
        for (number, group) in groups.enumerated() {
            let total = group.reduce(0) { $0 + $1.proportion }
            let isLast = number == groups.count - 1
            let first = Self.interval(before, isLast ? 1 : before + total)
            var within = 0.0
            for (position, share) in group.enumerated() {
                let isLastShare = position == group.count - 1
                let second = Self.interval(within, isLastShare ? 1 : within + share.proportion / total)
                windows.append(Window(code: share.code, first: first, second: second))
                within += share.proportion / total
            }
            before += total
        }
        return windows
    }

    private static func interval(_ lower: Double, _ upper: Double) -> ClosedRange<Double> {
        StandardNormal.quantile(lower)...StandardNormal.quantile(max(lower, upper))
    }

    /// `P(both cells are of this facies) ` for two cells, `proportion − P` being the indicator variogram.
    func jointProbability(of code: UInt8, dx: Double, dy: Double) -> Double {
        guard let window = windows.first(where: { $0.code == code }) else { return 0 }
        let one = BivariateNormal.probability(of: window.first, correlation: first.correlation(dx: dx, dy: dy))
        guard let second, window.second != -.infinity ... .infinity else { return one }
        return one
            * BivariateNormal.probability(of: window.second, correlation: second.correlation(dx: dx, dy: dy))
    }
}
