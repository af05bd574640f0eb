import LinearAlgebra
import Reservoir

/// Simulates facies pixel by pixel from a training image, coarse lattices before finer ones.
///
/// Every pixel takes the facies that the image has where its known neighbours are alike (``ImageScan``). On the lattice
/// of every 16th, 8th, 4th, 2nd and then every pixel, pixels come in random order; neighbours are sought on the same
/// lattice, so that patterns span its scale. Known pixels are set before and never change.
struct MultiplePointGenerator: FaciesGenerator {
    private let scan: ImageScan
    private let lattice: ImageLattice
    /// Pixels known from hard data.
    private let known: [(column: Int, row: Int, code: UInt8)]
    private let neighbours: Int
    private let words: Int
    private let levels: [Level]
    /// Shares of the facies in the image, and which of them each code is.
    private let targets: [Double]
    private let planes: [Int]
    private let seed: UInt64
    private let purpose: String

    /// Radius of the neighbourhood in steps of its lattice: about 200 places, of which a quarter or more are known.
    private static let radius = 8
    /// Places that are gathered for the shares of facies where a pattern is found.
    private static let enough = 8

    /// One lattice of pixels.
    private struct Level: Sendable {
        let step: Int
        /// Neighbours, the nearest first.
        let offsets: [(columns: Int, rows: Int)]

        init(step: Int) {
            self.step = step
            let radius = MultiplePointGenerator.radius
            offsets = (-radius...radius).flatMap { dr in (-radius...radius).map { (columns: $0, rows: dr) } }
                .filter { (1...radius * radius).contains(Self.squared($0)) }
                .sorted { (Self.squared($0), $0.rows, $0.columns) < (Self.squared($1), $1.rows, $1.columns) }
                .map { ($0.columns * step, $0.rows * step) }
        }

        static func squared(_ offset: (columns: Int, rows: Int)) -> Int {
            offset.columns * offset.columns + offset.rows * offset.rows
        }
    }

    /// - Throws: ``ParameterError`` if the image is smaller than the grid, or hard data do not fit it.
    init(_ prior: TrainingImagePrior, _ context: PriorContext) throws(ParameterError) {
        try context.hardData.checkFacies(in: prior.facies)
        let lattice = try ImageLattice(
            context.grid, pixelWidth: prior.pixelWidth, pixelHeight: prior.pixelHeight)
        try require(
            prior.image.columns >= lattice.columns && prior.image.rows >= lattice.rows, "training image",
            "\(prior.image.columns) x \(prior.image.rows) pixels",
            "must have at least the \(lattice.columns) x \(lattice.rows) pixels of the grid: "
                + "a smaller image does not show how its structures go on")
        self.lattice = lattice
        known = try Self.knownPixels(prior, context, lattice)
        var steps = [1]
        while steps[0] < 16 && steps[0] * 16 <= max(lattice.columns, lattice.rows) { steps.insert(2 * steps[0], at: 0) }
        levels = steps.map(Level.init)
        scan = ImageScan(prior.image, reach: Self.radius * steps[0])
        targets = scan.codes.map { prior.image.proportions[$0] ?? 0 }
        var planes = [Int](repeating: 0, count: 256)
        for (plane, code) in scan.codes.enumerated() { planes[Int(code)] = plane }
        self.planes = planes
        (neighbours, words) = (prior.neighbours, max(prior.scan / 64, 1))
        (seed, purpose) = (context.seed, context.purpose + ".image")
    }

    private static func knownPixels(
        _ prior: TrainingImagePrior, _ context: PriorContext, _ lattice: ImageLattice
    ) throws(ParameterError) -> [(column: Int, row: Int, code: UInt8)] {
        var codes: [Int: UInt8] = [:]
        let shown = prior.image.proportions
        for entry in context.hardData.entries {
            guard let code = entry.datum.facies else { continue }
            try require(
                shown[code] != nil, "hard data at \(entry.datum.place)", "facies \(code)",
                "must be a facies of the training image, which shows none of it")
            let pixel = lattice.pixels[entry.cell]
            try require(
                codes[pixel] == nil || codes[pixel] == code, "hard data at \(entry.datum.place)",
                "facies \(code), in one pixel of the image with a cell of facies \(codes[pixel] ?? 0)",
                "must agree with it, or the pixels be smaller")
            codes[pixel] = code
        }
        return codes.sorted { $0.key < $1.key }.map { ($0.key % lattice.columns, $0.key / lattice.columns, $0.value) }
    }

    func map(_ index: UInt64) -> FaciesMap { FaciesMap(facies: facies(index)) }

    private func facies(_ index: UInt64) -> [UInt8] {
        var stream = RandomStream(seed: seed, purpose: purpose, index: index)
        let pixels = simulate(&stream)
        return lattice.pixels.map { UInt8(truncatingIfNeeded: pixels[$0]) }
    }

    /// Codes of all pixels, `[rows * columns]` of the lattice.
    private func simulate(_ stream: inout RandomStream) -> [Int16] {
        let unknown: Int16 = -1
        var codes = [Int16](repeating: unknown, count: lattice.columns * lattice.rows)
        for pixel in known { codes[pixel.row * lattice.columns + pixel.column] = Int16(pixel.code) }
        var pattern: [ImageScan.Neighbour] = []
        pattern.reserveCapacity(neighbours)
        var counts = [Int](repeating: 0, count: scan.codes.count)
        var servo = ProportionServo(targets)
        for pixel in known { servo.add(planes[Int(pixel.code)]) }
        for level in levels {
            let path = path(level.step, codes: codes, &stream)
            for pixel in path {
                collect(&pattern, about: pixel, codes, level)
                scan.match(pattern, words: words, enough: Self.enough, counts: &counts, stream: &stream)
                let plane = servo.draw(counts, &stream)
                codes[pixel] = Int16(scan.codes[plane])
            }
        }
        return codes
    }

    /// The pixels of a lattice that are still unknown, in random order.
    private func path(_ step: Int, codes: [Int16], _ stream: inout RandomStream) -> [Int] {
        var path: [Int] = []
        for row in Swift.stride(from: 0, to: lattice.rows, by: step) {
            for column in Swift.stride(from: 0, to: lattice.columns, by: step) {
                let pixel = row * lattice.columns + column
                if codes[pixel] < 0 { path.append(pixel) }
            }
        }
        path.shuffle(using: &stream)
        return path
    }

    /// The known neighbours of a pixel, the nearest first: those of its lattice and hard data between.
    private func collect(
        _ pattern: inout [ImageScan.Neighbour], about pixel: Int, _ codes: [Int16], _ level: Level
    ) {
        pattern.removeAll(keepingCapacity: true)
        let (column, row) = (pixel % lattice.columns, pixel / lattice.columns)
        let between = level.step == 1 ? [] : knownBetween(column, row, level)
        var next = 0
        for offset in level.offsets {
            while next < between.count && between[next].squared <= Level.squared(offset) {
                if pattern.count == neighbours { return }
                pattern.append(between[next].neighbour)
                next += 1
            }
            if pattern.count == neighbours { return }
            let (c, r) = (column + offset.columns, row + offset.rows)
            guard c >= 0 && c < lattice.columns && r >= 0 && r < lattice.rows else { continue }
            let code = codes[r * lattice.columns + c]
            if code >= 0 {
                pattern.append(scan.neighbour(columns: offset.columns, rows: offset.rows, code: UInt8(code)))
            }
        }
    }

    /// Hard data off the lattice of `level` within its reach, the nearest first.
    private func knownBetween(
        _ column: Int, _ row: Int, _ level: Level
    ) -> [(squared: Int, neighbour: ImageScan.Neighbour)] {
        let reach = Self.radius * level.step
        return known.compactMap { datum in
            let offset = (columns: datum.column - column, rows: datum.row - row)
            let isOnLattice = datum.column % level.step == 0 && datum.row % level.step == 0
            guard !isOnLattice, Level.squared(offset) <= reach * reach else { return nil }
            return (
                Level.squared(offset),
                scan.neighbour(columns: offset.columns, rows: offset.rows, code: datum.code)
            )
        }.sorted { $0.squared < $1.squared }
    }
}
