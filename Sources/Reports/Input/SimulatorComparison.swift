/// Curves of one model as several simulators give them, and tables of how far they are apart.
///
/// All numbers are in the units that the labels name; the page computes nothing.
public struct SimulatorComparison: Equatable, Sendable {
    /// Who a curve is by; fixes its colour on every figure.
    public enum Author: Equatable, Sendable {
        /// This package.
        case own
        /// The best solution at hand.
        case reference
        /// Another simulator's usual run.
        case peer
        case analytic
    }

    public struct Curve: Equatable, Sendable {
        public var name: String
        public var author: Author
        public var x: [Double], y: [Double]

        public init(name: String, author: Author, x: [Double], y: [Double]) {
            precondition(x.count == y.count, "\(y.count) values at \(x.count) places")
            (self.name, self.author, self.x, self.y) = (name, author, x, y)
        }
    }

    public struct Panel: Equatable, Sendable {
        public var title: String
        public var xLabel: String, yLabel: String
        public var curves: [Curve]

        public init(title: String, xLabel: String, yLabel: String, curves: [Curve]) {
            (self.title, self.xLabel, self.yLabel, self.curves) = (title, xLabel, yLabel, curves)
        }
    }

    public struct Section: Equatable, Sendable {
        public var title: String
        public var text: String
        public var panels: [Panel]

        public init(title: String, text: String, panels: [Panel]) {
            (self.title, self.text, self.panels) = (title, text, panels)
        }
    }

    public struct Table: Equatable, Sendable {
        public var title: String
        /// Explains the columns, below the table.
        public var note: String
        public var columns: [String]
        /// The first cell of each is a name, the others are numbers.
        public var rows: [[String]]

        public init(title: String, note: String, columns: [String], rows: [[String]]) {
            (self.title, self.note, self.columns, self.rows) = (title, note, columns, rows)
        }
    }

    public var name: String
    public var lead: String
    public var tables: [Table]
    public var sections: [Section]
    public var provenance: Provenance

    public init(name: String, lead: String, tables: [Table], sections: [Section], provenance: Provenance) {
        (self.name, self.lead, self.tables, self.sections) = (name, lead, tables, sections)
        self.provenance = provenance
    }
}
