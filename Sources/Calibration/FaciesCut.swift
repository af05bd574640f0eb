/// How far a search has cut facies, and how it goes on.
///
/// Facies are cut step by step: the data of a realization whose facies change over a boundary some cells wide are smooth in the
/// latents, those of a cut one jump with every cell. So a search first meets the data with wide boundaries, then with narrower
/// ones, each time from where it was, then with cut facies. Where narrower boundaries throw it far from the data, bodies hang together
/// by what was neither the one facies nor the other; it then narrows them by half as much and finds another way there.
///
/// If the cut itself throws it off, the slopes from before it tell nothing of where the search now is, and those of the cut
/// realization take their place.
///
/// Source: Allgower and Georg (1990), Numerical Continuation Methods (continuation by steps that are halved on failure).
struct FaciesCut: Codable {
    /// Boundaries are `4 / sharpness` cells wide; `nil`: facies are cut.
    private(set) var sharpness: Double?
    /// With what the data were met last.
    private var met: Double?
    private var retreats = 0
    /// Whether the cut has left so little in common that only its own slopes serve.
    private(set) var isApart = false

    static let widest = 2.0, narrowest = 4.0
    /// Of one search: each costs a simulation at least, and as many steps as a sharpness does if it holds.
    private static let mostRetreats = 5
    /// Ratio of two sharpnesses that differ by nothing which matters.
    private static let least = 1.1
    /// Boundaries so narrow that hardly a cell lies on them: slopes are those of the cut realization.
    private static let asCut = 64.0

    private init(sharpness: Double?) { self.sharpness = sharpness }

    static var uncut: FaciesCut { FaciesCut(sharpness: widest) }
    static var cut: FaciesCut { FaciesCut(sharpness: nil) }

    var isCut: Bool { sharpness == nil }
    /// Whether the data were met with wider boundaries than these.
    var hasAdvanced: Bool { met != nil }
    /// Whether the data have yet to be met with the widest boundaries.
    var isFirst: Bool { !isCut && !hasAdvanced }
    /// Whether the next step cuts.
    var isLast: Bool { sharpness == Self.narrowest }
    /// Of the realization whose sensitivities serve. For a cut one it is that before the cut, in which a cell at a boundary is half
    /// way between facies.
    var sharpnessOfSlopes: Double { sharpness ?? (isApart ? Self.asCut : Self.narrowest) }

    /// To the narrowest boundaries, or from these to cut facies.
    mutating func advance() {
        met = sharpness
        sharpness = isLast ? nil : Self.narrowest
    }

    /// Half the way back, in ratio, to where the data were met last.
    /// - Returns: whether there is anything between.
    mutating func retreat() -> Bool {
        guard let met, let now = sharpness, retreats < Self.mostRetreats, now > Self.least * Self.least * met else {
            return false
        }
        sharpness = (now * met).squareRoot()
        retreats += 1
        return true
    }

    mutating func takeOwnSlopes() { isApart = true }
}
