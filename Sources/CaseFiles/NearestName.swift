/// The known name that a mistyped one most likely stands for.
///
/// - Returns: `nil` if every known name differs in more than a third of its letters.
func nearestName(to name: String, among known: some Sequence<String>) -> String? {
    let nearest =
        known
        .map { (name: $0, distance: editDistance(Array(name.lowercased()), Array($0.lowercased()))) }
        .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let nearest, nearest.distance <= max(1, max(name.count, nearest.name.count) / 3) else { return nil }
    return nearest.name
}

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b` (optimal string alignment).
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    // Longer words are no slips of the pen; without a bound a hostile name would cost time.
    guard a.count <= 100, b.count <= 100 else { return .max }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
