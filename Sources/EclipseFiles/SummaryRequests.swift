import Reservoir

/// The vectors a deck's SUMMARY asks for.
struct SummaryRequests {
    private var requests: [(keyword: String, wells: [NamePattern])] = []

    mutating func read(_ keyword: DeckKeyword) {
        guard requests.count < 10_000, keyword.name.hasPrefix("F") || keyword.name.hasPrefix("W") else { return }
        let names = keyword.records.first?.items.prefix(1000).compactMap(\.text) ?? []
        requests.append((keyword.name, names.map(NamePattern.init)))
    }

    /// Field vectors as they are, well vectors for the wells named, or for all where none is. In order, each once.
    func keys(wells: [Well]) -> [VectorKey] {
        var keys: [VectorKey] = []
        var seen: Set<VectorKey> = []
        for request in requests {
            let isField = request.keyword.hasPrefix("F")
            let named = wells.filter { well in
                request.wells.isEmpty || request.wells.contains { $0.matches(well.name) }
            }
            for key in isField ? [VectorKey(request.keyword)] : named.map({ VectorKey(request.keyword, $0.name) })
            where seen.insert(key).inserted && keys.count < 100_000 {
                keys.append(key)
            }
        }
        return keys
    }
}
