import Foundation
import Reservoir

/// Tables of relative permeability and capillary pressure in a text of Eclipse keywords: `SWOF` for water and oil, `SGOF`
/// for gas and oil, each with a table for every saturation region.
///
/// The file may be the PROPS section of a deck; keywords beside the two are passed over. Capillary pressure is in bar, or
/// in psi below the keyword `FIELD`.
public struct SaturationTableFile: Equatable, Sendable {
    /// Of `SWOF`, in the order of regions.
    public private(set) var water: [SaturationTable] = []
    /// Of `SGOF`.
    public private(set) var gas: [SaturationTable] = []

    /// - Throws: ``DeckError`` with every problem found.
    public init(contentsOf url: URL) throws(DeckError) {
        let name = url.lastPathComponent
        try self.init(bytes: TextFile.bytes(of: url, named: name), file: name)
    }

    /// - Parameter file: the name that errors carry.
    public init(bytes: [UInt8], file: String) throws(DeckError) {
        var problems = ProblemList()
        var reader = KeywordReader(bytes, file: file) { DeckCatalogue.shape(of: $0, inSummary: false) }
        var section = FluidSection(units: .metric)
        while let keyword = reader.next(&problems) {
            switch keyword.name {
            case "METRIC", "FIELD":
                if !section.places.isEmpty { problems.add(keyword, "stands below a table; move it above the first") }
                section = FluidSection(units: keyword.name == "METRIC" ? .metric : .field)
            case "INCLUDE": problems.add(keyword, "is not followed here; name the file that holds the table")
            case "SWOF", "SGOF":
                if section.places[keyword.name] != nil { problems.add(keyword, "stands here a second time") }
                section.read(keyword, &problems)
            default: break
            }
        }
        try problems.throwIfAny()
        water = section.saturationTables["SWOF"] ?? []
        gas = section.saturationTables["SGOF"] ?? []
    }

    /// The tables for the phase that displaces oil.
    public func tables(displacing: Fluids.Displacing) -> [SaturationTable] { displacing == .water ? water : gas }
}
