/// Realizations pieced together from known ones: each region of the grid as it is in one of them.
///
/// What a producer gives tells mostly of the rock about it, and few realizations have that right about every producer at once. A
/// mosaic takes from each what it has right.
public protocol RealizationMosaics: Sendable {
    /// At least two.
    var regionCount: Int { get }
    /// The region that a datum tells most of, `[data]`; `nil`: it tells of all alike.
    var regionOfDatum: [Int?] { get }

    /// With realizations decoded from latents after those that are there; those of the pairs known beforehand come first.
    func adding(_ latents: [[Double]]) throws -> any RealizationMosaics

    /// What a realization has along the border of two regions, on the side of the first, cell by cell in the order in which the
    /// other side has them; empty if they do not touch. Squares of differences across a border are about one per cell where two
    /// bodies or two draws of the prior meet.
    func edge(of region: Int, towards other: Int, in realization: Int) -> [Float]

    /// The latents that come nearest to mosaics.
    /// - Parameter parents: the realizations that parts are taken from, `[count][regions]`.
    /// - Returns: `[count][dimension]`
    func latents(of parents: [[Int]]) throws -> [[Double]]
}
