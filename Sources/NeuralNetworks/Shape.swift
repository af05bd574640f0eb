/// The extents of one sample: an image of channels, or a flat vector of features.
public struct Shape: Hashable, Sendable, Codable, CustomStringConvertible {
    public let rows: Int, columns: Int, channels: Int
    public let isFlat: Bool

    public static func image(rows: Int, columns: Int, channels: Int) -> Shape {
        Shape(rows: rows, columns: columns, channels: channels, isFlat: false)
    }

    public static func features(_ count: Int) -> Shape {
        Shape(rows: 1, columns: 1, channels: count, isFlat: true)
    }

    private init(rows: Int, columns: Int, channels: Int, isFlat: Bool) {
        (self.rows, self.columns, self.channels, self.isFlat) = (rows, columns, channels, isFlat)
    }

    public var pixels: Int { rows * columns }
    public var count: Int { rows * columns * channels }
    public var description: String { isFlat ? "\(channels) features" : "\(rows) x \(columns) x \(channels)" }
}

/// A layer that cannot take what comes before it.
public struct ShapeError: Error, Equatable, Sendable, CustomStringConvertible {
    public let layer: String
    public let found: Shape
    public let requirement: String

    public var description: String { "\(layer): input is \(found) but \(requirement)" }
}

func require(
    _ condition: Bool, _ layer: Layer, _ found: Shape, _ requirement: @autoclosure () -> String
) throws(ShapeError) {
    guard condition else { throw ShapeError(layer: "\(layer)", found: found, requirement: requirement()) }
}
