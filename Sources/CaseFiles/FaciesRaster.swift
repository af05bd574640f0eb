import PriorModels
import Storage
import Yams

/// Turns the levels of an image into facies codes.
///
/// With thresholds, the lowest levels are the first facies of the table, those from the first threshold up the second,
/// and so on. Without, levels that are codes of the table stand for themselves; otherwise as many distinct levels as
/// facies stand for them in ascending order, as black and white do for two.
struct FaciesRaster {
    let codes: [UInt8]
    let thresholds: [Double]?

    /// - Throws: a reason in words.
    func facies(of raster: Raster) throws(Failure) -> [UInt8] {
        if raster.values.contains(where: { !$0.isFinite }) { throw Failure("holds a value that is not a number") }
        if let thresholds {
            return raster.values.map { value in codes[thresholds.count { value >= $0 }] }
        }
        let levels = Set(raster.values).sorted()
        if levels.allSatisfy({ level in codes.contains { Double($0) == level } }) {
            return raster.values.map { UInt8($0) }
        }
        guard levels.count == codes.count else {
            throw Failure(
                "has \(levels.count) distinct levels for \(codes.count) facies; give \(codes.count - 1) 'thresholds' "
                    + "(levels from which the next facies begins), or facies whose codes are the levels")
        }
        let places = Dictionary(uniqueKeysWithValues: zip(levels, codes))
        return raster.values.map { places[$0] ?? codes[0] }
    }

    struct Failure: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }
}

/// The levels at which facies change, if given; `nil` with a report if they do not fit the facies.
func readThresholds(_ section: Section, facies: FaciesTable?) -> (isSound: Bool, values: [Double]?) {
    let node = section.declare(
        "thresholds", .numbers(.none), .optional, nil,
        "Levels of the image from which the next facies begins, ascending. Without them, levels are facies codes, or as "
            + "many distinct levels as there are facies.")
    guard let node else { return (true, nil) }
    let entries = node.sequence.map(Array.init) ?? [node]
    let values = entries.compactMap { section.number($0, "thresholds", .none, nil) }
    guard values.count == entries.count else { return (false, nil) }
    guard let facies else {
        if !section.isGiven("facies") { section.report("thresholds", .other("needs 'facies' to cut levels into")) }
        return (false, nil)
    }
    guard values.count == facies.facies.count - 1, values == values.sorted() else {
        section.report(
            "thresholds",
            .wrong(
                found: "a list of \(values.count)",
                requirement: "must have \(facies.facies.count - 1) in ascending order: one less than facies"))
        return (false, nil)
    }
    return (true, values)
}
