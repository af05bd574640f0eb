/// A well name as the control keywords take it: exact, or with `*` for any characters and `?` for one.
struct NamePattern {
    private let pattern: [UInt8]

    init(_ text: String) { pattern = Array(text.uppercased().utf8) }

    /// Greedy matching that goes back to the last star only: linear in practice, never exponential.
    func matches(_ name: String) -> Bool {
        let name = Array(name.uppercased().utf8)
        var (inPattern, inName) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while inName < name.count {
            if inPattern < pattern.count, pattern[inPattern] == UInt8(ascii: "*") {
                star = (inPattern, inName)
                inPattern += 1
            } else if inPattern < pattern.count,
                pattern[inPattern] == name[inName] || pattern[inPattern] == UInt8(ascii: "?")
            {
                inPattern += 1
                inName += 1
            } else if let (starPattern, starName) = star {
                star = (starPattern, starName + 1)
                (inPattern, inName) = (starPattern + 1, starName + 1)
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
