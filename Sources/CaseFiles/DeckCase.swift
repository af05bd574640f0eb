import EclipseFiles
import Foundation
import Reservoir

/// The case that `lsi new --from-deck` writes: a deck's model as a case file, with the deck's own cell properties as the
/// only realization of its prior until the user says what is believed of them.
public struct DeckCase {
    /// Contents of each file, by name; `case.yaml` is one of them.
    public let files: [String: String]

    /// - Parameters:
    ///   - deckName: the deck's file name, for the comments.
    ///   - summaryFile: a summary of the deck's own run that observations may come from, if there is one.
    /// - Throws: ``DeckError`` naming every well that a case file cannot name.
    public init(_ deck: EclipseDeck, deckName: String, summaryFile: String?) throws(DeckError) {
        let problems = deck.model.wells.map(\.name)
            .filter { name in name.contains { ":,\"".contains($0) || $0.isWhitespace } }
            .map { name in
                DeckProblem(
                    file: deckName, line: 0, keyword: "WELSPECS",
                    message: "the name `\(name)` holds a blank, colon, comma or quote, which a case file does not take")
            }
        if !problems.isEmpty { throw DeckError(problems) }
        let cells = Self.cells(of: deck.model)
        var files = ["deck.grdecl": GRDECL.text(of: deck.realization, on: deck.model.grid, comment: "from \(deckName)")]
        files["cells.grdecl"] = cells
        let model = CaseText(model: deck.model, cellsFile: cells == nil ? nil : "cells.grdecl").text
        let parts = [
            Self.head(deck, deckName), model, Self.prior(deck), Self.observations(summaryFile), Self.settings
        ]
        files["case.yaml"] = parts.joined(separator: "\n")
        self.files = files
    }

    private static func head(_ deck: EclipseDeck, _ deckName: String) -> String {
        let stem = (deckName as NSString).deletingPathExtension
        let start = CalendarDate(deck.start)
        let title = (deck.title ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return """
            # The model of the Eclipse deck \(deckName) as a case for lsi.
            #
            # Numbers are in m, day, mD, bar, cP and sm3/day; a unit may follow them, as in `1 D` or `2900 psi`.
            # Cells are counted from 1. `lsi schema --markdown` prints every field with its default.

            name: \(CaseText.quoted(stem.isEmpty ? "deck" : stem))
            summary: \(CaseText.quoted(title.isEmpty ? "from \(deckName)" : title))
            seed: 1
            start_date: \(start)
            output: results

            """
    }

    /// What a case file takes from a file of its own; `nil` if the model has nothing of the kind.
    private static func cells(of model: ReservoirModel) -> String? {
        let (grid, rock) = (model.grid, model.rock)
        let isAreal = grid.orientation == .areal
        var parts: [String] = []
        func add(_ keyword: String, _ values: [Double]) {
            parts.append(GRDECL.text(keyword: keyword, numbers: values))
        }
        if !grid.active.allSatisfy({ $0 }) { add("ACTNUM", grid.active.map { $0 ? 1 : 0 }) }
        if grid.thickness.contains(where: { $0 != grid.thickness[0] }) { add(isAreal ? "DZ" : "DY", grid.thickness) }
        let tops = (0..<grid.cellCount).map { cell in
            grid.centreDepth[cell] - (isAreal ? grid.thickness[cell] : grid.rowHeights[grid.row(of: cell)]) / 2
        }
        var plane: [Double] = []
        var top = tops[0]
        for height in grid.rowHeights {
            plane += Array(repeating: top, count: grid.columns)
            if !isAreal { top += height }
        }
        if zip(tops, plane).contains(where: { abs($0 - $1) > 1e-9 * max(abs($0), 1) }) { add("TOPS", tops) }
        if let values = rock.netToGross { add("NTG", values) }
        if let values = rock.multiplierX { add("MULTX", values) }
        if let values = rock.multiplierY { add(isAreal ? "MULTY" : "MULTZ", values) }
        if let types = rock.rockType, rock.saturationFunctions.count > 1 { add("SATNUM", types.map { Double($0 + 1) }) }
        guard !parts.isEmpty else { return nil }
        return "-- \(grid.columns) columns x \(grid.rows) rows, column fastest; lengths in m\n\n"
            + parts.joined(separator: "\n")
    }

    /// The deck's realization, and beside it what a Gaussian prior with its statistics would be.
    private static func prior(_ deck: EclipseDeck) -> String {
        let active = deck.model.grid.active
        func values(_ field: [Float]) -> [Double] { zip(field, active).filter { $0.1 }.map { Double($0.0) } }
        let logarithms = values(deck.realization.permeabilityX).filter { $0 > 0 }.map { log($0 / Unit.millidarcy) }
        let (mean, deviation) = moments(logarithms)
        let (porosity, porosityDeviation) = moments(values(deck.realization.porosity))
        let range = 0.3 * deck.model.grid.columnWidths.reduce(0, +)
        func short(_ value: Double) -> String { String(format: "%.3g", value) }
        return """
            # What is believed before any production data. The deck tells of one realization only, and no calibration can
            # learn from that: put an ensemble in its place (a folder of GRDECL files, an NPY or HDF5 file), or a prior such
            # as the one below, which has the deck's mean and spread.
            prior: {type: imported, source: deck.grdecl}
            # prior:
            #   type: gaussian
            #   permeability: \(short(exp(mean)))
            #   log_standard_deviation: \(short(deviation))
            #   porosity: \(short(porosity))
            #   porosity_standard_deviation: \(short(porosityDeviation))
            #   variogram: {model: spherical, major_range: \(short(range))}

            """
    }

    private static func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        guard !values.isEmpty else { return (0, 0) }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / Double(values.count)).squareRoot()
        // What rounding leaves of a constant field is no spread.
        return (mean, deviation > 1e-6 * max(abs(mean), 1e-6) ? deviation : 0)
    }

    private static func observations(_ summaryFile: String?) -> String {
        let file = summaryFile.map { CaseText.quoted($0) } ?? "observations.csv"
        let note = summaryFile == nil ? "keyword,value,error,date: one measurement a line" : "the deck's own run"
        return """
            observations:
              file: \(file)    # \(note)
              noise: {relative: 5 %, floor: 2 %}

            """
    }

    private static let settings = """
        training:
          pairs: 500                 # realizations to simulate
          realizations: 2000         # in all: the others need no simulation

        calibration:
          method: gradient           # or es-mda, proposal, smc, rejection
          budget: 1500               # simulations that may be spent

        """
}
