/// What searches found, by what they descend from, and which of it others start from.
///
/// A search and all that descends from it are one family. Each family has descendants in proportion to what they bring; while more
/// families are wanted, only so many.
struct SearchFamilies: Codable {
    /// What a search found or just missed, and where others start from.
    struct Match: Codable {
        @Packed var anchor: [Double]
        @Packed var point: [Double]
        @Packed var residual: [Double]
        /// `nil` until the sensitivities at `point` are found.
        fileprivate(set) var model: LocalModel?
        fileprivate var descendants = 0
        /// Of the realization that sensitivities are found of.
        let sharpnessOfSlopes: Double
        let family: Int

        /// What slopes lack on a resumed calibration.
        var lacking: SensitivityPoint? { model?.lacking }
    }

    /// A search and those that start from what it found.
    private struct Family: Codable {
        var matches = 0
        /// Descendants so far, and those of them on their way.
        var descendants = 0, underWay = 0
        /// How far anchors move from those of matches, `s`.
        var reach = 0.3

        var isMatched: Bool { matches > 0 }
        /// Descendants over the share of them that match, as far as that is known. The family with the least is next, so that each
        /// has descendants in proportion to what they bring.
        var burden: Double { Double(descendants) * Double(descendants + 3) / max(Double(matches), 0.5) }
        /// Matches while more families are wanted: what is spent on more of the same finds no other.
        var isFull: Bool { matches + underWay >= 6 || descendants >= 18 }
    }

    private(set) var matches: [Match] = []
    /// By number: of each search that started afresh.
    private var families: [Family] = []

    /// Times the accepted `|r|²`: searches given up nearer than that have descendants, which move no further than `nearReach`, and
    /// so many at most until one of them matches.
    private static let nearMiss = 1.15, nearReach = 0.2, mostOfNearMiss = 8

    var matchedCount: Int { families.count(where: \.isMatched) }

    /// - Returns: the number of a new family.
    mutating func begin() -> Int {
        families.append(Family())
        return families.count - 1
    }

    /// Position in ``matches`` of what fewest searches started from, of the family whose turn it is.
    func nextParent(othersAreWanted: Bool) -> Int? {
        let turns = families.map { othersAreWanted && $0.isFull ? .infinity : $0.burden }
        var next: Int?
        var least = (Double.infinity, 0)
        for index in matches.indices where matches[index].model != nil && !isSpent(matches[index]) {
            let order = (turns[matches[index].family], matches[index].descendants)
            if order < least { (next, least) = (index, order) }
        }
        return next
    }

    /// Books a search that starts from a match.
    /// - Returns: how far its anchor may move.
    mutating func descend(from parent: Int) -> Double {
        let number = matches[parent].family
        matches[parent].descendants += 1
        families[number].descendants += 1
        families[number].underWay += 1
        return families[number].isMatched ? families[number].reach : Self.nearReach
    }

    /// - Parameter models: at the matches of these positions; a match that has none is dropped.
    mutating func take(_ models: [LocalModel?], of positions: [Int]) {
        for (index, model) in zip(positions, models) { matches[index].model = model }
        matches.removeAll { $0.model == nil }
    }

    /// Finds again what a checkpoint does without.
    mutating func find(_ slopes: (SensitivityPoint) -> LatentSlopes?) {
        for index in matches.indices {
            if let found = matches[index].lacking.flatMap(slopes) { matches[index].model?.find(found) }
        }
    }

    /// Books a search that is over, and keeps what others may start from.
    /// - Parameter limit: the largest `|r|²` that is accepted.
    mutating func end(_ search: SearchPath, limit: Double) {
        defer { matches.removeAll(where: isSpent) }
        if search.isDescendant { families[search.family].underWay -= 1 }
        guard !search.isLost else { return }
        let match = search.match(limit: limit)
        var family = families[search.family]
        defer { families[search.family] = family }
        if search.isDescendant {
            if family.isMatched { family.reach = min(max(family.reach * (match == nil ? 0.9 : 1.17), 0.05), 0.9) }
        }
        if match != nil {
            // What it missed is no match, and no longer needed.
            if !family.isMatched { matches.removeAll { $0.family == search.family } }
            family.matches += 1
        }
        guard let residual = match ?? (search.isDescendant ? nil : search.match(limit: Self.nearMiss * limit)) else {
            return
        }
        // Slopes of a descendant are its ancestor's and what its own steps taught.
        matches.append(
            Match(
                anchor: search.anchor, point: search.point, residual: residual,
                model: search.isDescendant ? search.model : nil,
                sharpnessOfSlopes: search.sharpnessOfSlopes, family: search.family))
    }

    private func isSpent(_ match: Match) -> Bool {
        !families[match.family].isMatched && match.descendants >= Self.mostOfNearMiss
    }
}
