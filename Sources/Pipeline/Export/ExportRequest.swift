/// What to export of a calibration, and how.
public struct ExportRequest: Equatable, Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// One file a realization that a deck can include.
        case grdecl
        /// One array a property, `[members, rows, columns]`.
        case npy
        /// Everything in one file.
        case hdf5
        /// A folder a realization that OPM Flow runs.
        case deck
    }

    public enum Choice: Equatable, Sendable {
        case accepted
        /// So many from the top of the ranking, accepted or not.
        case best(Int)
        /// Every realization that was simulated.
        case all
    }

    public var formats: Set<Format>
    public var choice: Choice
    /// Leaves out realizations that repeat a better one.
    public var distinctOnly: Bool
    /// Where to; `nil`: `export` among the results.
    public var folder: String?
    /// Whether an earlier export that is there may go.
    public var isReplacing: Bool

    public init(
        formats: Set<Format>, choice: Choice = .accepted, distinctOnly: Bool = false, folder: String? = nil,
        isReplacing: Bool = false
    ) {
        (self.formats, self.choice, self.distinctOnly) = (formats, choice, distinctOnly)
        (self.folder, self.isReplacing) = (folder, isReplacing)
    }
}
