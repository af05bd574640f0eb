import Reservoir

/// A picture of what the geology is like: a facies code for each pixel, as large as one cares to draw it.
public struct TrainingImage: Equatable, Sendable {
    public let columns: Int, rows: Int
    /// `[rows * columns]`, row after row in the order of the grid's rows.
    public let codes: [UInt8]

    static let largestCount = 1 << 26

    /// - Throws: ``ParameterError`` if the number of codes does not fit, the image is too large, or shows one facies only.
    public init(columns: Int, rows: Int, codes: [UInt8]) throws(ParameterError) {
        try require(
            columns >= 1 && rows >= 1 && columns <= Self.largestCount && rows <= Self.largestCount
                && columns * rows <= Self.largestCount,
            "training image", "\(columns) x \(rows) pixels", "must have 1 to \(Self.largestCount) pixels")
        try require(
            codes.count == columns * rows, "training image", "\(codes.count) codes for \(columns) x \(rows) pixels",
            "must have one for each pixel")
        (self.columns, self.rows, self.codes) = (columns, rows, codes)
        let found = proportions
        try require(
            found.count >= 2, "training image", "all of facies \(codes.first ?? 0)", "must show at least two facies")
        try require(
            found.count <= 16, "training image", "of \(found.count) facies",
            "must show at most 16; grey levels are cut into facies by 'threshold'")
    }

    /// Share of each facies in the image.
    public var proportions: [UInt8: Double] {
        var counts = [Int](repeating: 0, count: 256)
        for code in codes { counts[Int(code)] += 1 }
        var shares: [UInt8: Double] = [:]
        for code in counts.indices where counts[code] > 0 {
            shares[UInt8(code)] = Double(counts[code]) / Double(codes.count)
        }
        return shares
    }

    /// A part of the image, `[rows * columns]`.
    func window(column: Int, row: Int, columns: Int, rows: Int) -> [UInt8] {
        (row..<row + rows).flatMap { codes[$0 * self.columns + column..<$0 * self.columns + column + columns] }
    }
}

/// Facies as in a training image: multiple-point simulation; see ``ImageScan`` for the method.
public struct TrainingImagePrior: Equatable, Sendable {
    public let image: TrainingImage
    public let facies: FaciesTable
    /// Extents of a pixel of the image on the ground, along columns and rows [m].
    public let pixelWidth: Double, pixelHeight: Double
    /// How many known neighbours a pattern has at most.
    public let neighbours: Int
    /// How many places of the image are compared at most for one pixel.
    public let scan: Int

    public static let mostScanned = 1 << 26

    /// - Throws: ``ParameterError`` if a setting is out of range, or the image shows a facies that `facies` lacks.
    public init(
        image: TrainingImage, facies: FaciesTable, pixelWidth: Double, pixelHeight: Double, neighbours: Int = 40,
        scan: Int = 65_536
    ) throws(ParameterError) {
        try require(
            pixelWidth > 0 && pixelWidth.isFinite && pixelHeight > 0 && pixelHeight.isFinite, "pixel size",
            "\(pixelWidth) x \(pixelHeight) m", "must be positive")
        try require((1...64).contains(neighbours), "neighbours", "\(neighbours)", "must be within 1 to 64")
        try require(
            (64...Self.mostScanned).contains(scan), "scan", "\(scan)", "must be within 64 to \(Self.mostScanned)")
        try facies.check(codes: image.proportions.keys.sorted().map { ($0, "in the training image") })
        (self.image, self.facies, self.neighbours, self.scan) = (image, facies, neighbours, scan)
        (self.pixelWidth, self.pixelHeight) = (pixelWidth, pixelHeight)
    }
}
