extension DeckKeyword {
    /// The numbers of the keyword's only record, `count` of them; not-a-number marks an entry left to its default.
    ///
    /// Repeat counts are expanded only as far as `count`, so a short file cannot ask for more memory than the grid.
    func numbers(count: Int, _ problems: inout ProblemList) -> [Double]? {
        guard let record = records.first else { return nil }
        var values: [Double] = []
        values.reserveCapacity(min(count, record.items.count * 2))
        for item in record.items {
            guard values.count + item.count <= count else {
                problems.add(self, line: item.line, "has more than the \(count) values that fit here")
                return nil
            }
            switch item.value {
            case .defaulted: values.append(contentsOf: repeatElement(.nan, count: item.count))
            case .word, .quoted:
                guard let number = item.number else {
                    problems.add(self, line: item.line, "`\((item.text ?? "").prefix(20))` is not a number")
                    return nil
                }
                values.append(contentsOf: repeatElement(number, count: item.count))
            }
        }
        guard values.count == count else {
            problems.add(self, "has \(values.count) values but \(count) are needed")
            return nil
        }
        return values
    }
}
