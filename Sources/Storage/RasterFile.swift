/// Numbers in rows and columns, from an image or an array.
public struct Raster: Equatable, Sendable {
    public let columns: Int, rows: Int
    /// `[rows * columns]`, row after row from the top.
    public let values: [Double]

    public init(columns: Int, rows: Int, values: [Double]) {
        precondition(values.count == columns * rows, "\(values.count) values for \(columns) x \(rows)")
        (self.columns, self.rows, self.values) = (columns, rows, values)
    }

    public static let fileExtensions = ["png", "pbm", "pgm", "pnm", "npy"]

    /// Reads an image (PNG, PBM, PGM) or a two-dimensional NPY array; what it is follows from the name's ending.
    ///
    /// Levels are those of the file: 0 or 1 in a bitmap, 0 to 255 in most images.
    /// - Throws: ``StorageError`` if the file is not what its name says.
    public static func read(_ path: String) throws(StorageError) -> Raster {
        switch path.split(separator: ".").last.map({ $0.lowercased() }) {
        case "png": return Raster(try PNG.parse(try Files.read(path), path: path))
        case "pbm", "pgm", "pnm": return Raster(try Netpbm.read(path))
        case "npy":
            let array = try NPY.read(path)
            guard array.shape.count == 2 else {
                throw StorageError(
                    .unsuitable, path: path, reason: "holds an array of shape \(array.shape)",
                    advice: "save one of rows and columns")
            }
            return Raster(columns: array.shape[1], rows: array.shape[0], values: array.doubles)
        default:
            throw StorageError(
                .unsuitable, path: path, reason: "is of no type that is read as an image",
                advice: "name a file that ends in \(fileExtensions.map { ".\($0)" }.joined(separator: ", "))")
        }
    }

    private init(_ image: GreyImage) {
        self.init(columns: image.columns, rows: image.rows, values: image.levels.map(Double.init))
    }
}
