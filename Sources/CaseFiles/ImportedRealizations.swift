import EclipseFiles
import Foundation
import PriorModels
import RayTomography
import Reservoir
import Storage

func readImported(_ section: Section, grid: Grid?) -> PriorSettings? {
    let path = section.file(
        "source",
        "Realizations: a `.npy` file `[members, rows, columns]`, an `.h5` file, an image (PNG, PBM, PGM), a folder of "
            + "`.grdecl` files or of images, one each, or grey images as an IDX file (`.idx`, `...idx3-ubyte`), cut at "
            + "half brightness into facies 0 and 1, packed by gzip or not.")
    let truths = section.optionalFile(
        "truths",
        "Realizations that synthetic truths are taken from, in the same form; by default the last ones of `source`.")
    let dataset = section.optionalText(
        "dataset", "Which array of an HDF5 file, if it is not an ensemble that lsi wrote.")
    let content = section.choice(
        "content", ["facies", "permeability"], default: "facies",
        "What an array holds: facies codes, or permeability in mD. GRDECL files and ensembles of lsi say it themselves."
    )
    let porosity = section.number(
        "porosity", .fraction, .within(0, 1), default: 0.2, "Of every cell, where an array holds permeability.")
    var facies: FaciesTable?
    if section.isGiven("facies") || section.isDescribing { facies = readFacies(section) }
    let thresholds = readThresholds(section, facies: facies)
    guard let path, thresholds.isSound, let grid else { return nil }
    let reader = ImportReader(
        dataset: dataset, isFacies: content == "facies", porosity: porosity, facies: facies,
        thresholds: thresholds.values, grid: grid)
    func read(_ path: String, _ key: String) -> ImportedEnsemble? {
        do {
            return try reader.read(path)
        } catch {
            section.report(key, .other(error.reason))
            return nil
        }
    }
    let members = read(path, "source")
    guard let truths else { return members.map { .imported($0) } }
    let held = read(truths, "truths")
    guard let members, let held else { return nil }
    return .imported(members.withTruths(held))
}

/// What is wrong with a source of realizations, in words.
private struct ImportFailure: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
    init(_ error: StorageError) { reason = error.description }
    init(_ error: ParameterError) { reason = error.description }
}

private struct ImportReader {
    let dataset: String?
    let isFacies: Bool
    let porosity: Double
    let facies: FaciesTable?
    let thresholds: [Double]?
    let grid: Grid

    private static let imageExtensions = ["png", "pbm", "pgm", "pnm"]

    /// - Parameter path: a file or a folder; a file that is there only packed by gzip is found too.
    func read(_ path: String) throws(ImportFailure) -> ImportedEnsemble {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            guard IDXName.matches(path) else { throw ImportFailure("names \(path), which does not exist") }
            if Files.exists(path + ".gz") { return try readDigits(path + ".gz") }
            throw ImportFailure("names \(path), which does not exist, nor does \(IDXName.advice(for: path))")
        }
        if isFolder.boolValue { return try readFolder(path) }
        if IDXName.matches(path) { return try readDigits(path) }
        switch (path as NSString).pathExtension.lowercased() {
        case "npy":
            return try ensemble(of: try attempt { () throws(StorageError) in try NPY.read(path) })
        case "h5", "hdf5": return try readHDF5(path)
        case "grdecl": return try build(members: [try readGRDECL(path)])
        case let ending where Self.imageExtensions.contains(ending): return try readImages([path])
        default:
            throw ImportFailure(
                "names \(path), which is neither .npy nor .h5 nor .grdecl nor .idx nor an image nor a folder")
        }
    }

    private func readDigits(_ path: String) throws(ImportFailure) -> ImportedEnsemble {
        guard let facies else {
            throw ImportFailure("names images, so 'facies' must give the properties of codes 0 and 1")
        }
        let bytes = try attempt { () throws(StorageError) in try Files.readUnpacked(path) }
        do {
            let images = try IDXImages(bytes)
            guard images.rows == grid.rows, images.columns == grid.columns else {
                throw ParameterError(
                    parameter: "image", found: "\(images.rows) x \(images.columns) pixels",
                    requirement: "must have the grid's \(grid.rows) rows and \(grid.columns) columns")
            }
            return try ImportedEnsemble(codes: images.facies, cellCount: grid.cellCount, facies: facies)
        } catch {
            throw ImportFailure("names \(path): \(error)")
        }
    }

    private func readFolder(_ path: String) throws(ImportFailure) -> ImportedEnsemble {
        let names = Files.names(in: path).filter { $0.lowercased().hasSuffix(".grdecl") }
        guard !names.isEmpty else {
            let images = Files.names(in: path).filter {
                Self.imageExtensions.contains(($0 as NSString).pathExtension.lowercased())
            }
            guard !images.isEmpty else {
                throw ImportFailure("names the folder \(path), which holds no .grdecl file and no image")
            }
            return try readImages(images.map { "\(path)/\($0)" })
        }
        var members: [Realization] = []
        for name in names { members.append(try readGRDECL("\(path)/\(name)")) }
        return try build(members: members)
    }

    /// One facies map from each image.
    private func readImages(_ paths: [String]) throws(ImportFailure) -> ImportedEnsemble {
        guard let facies else { throw ImportFailure("names images of facies, so 'facies' must give their properties") }
        let reader = FaciesRaster(codes: facies.codes, thresholds: thresholds)
        var maps: [[UInt8]] = []
        for path in paths {
            let raster = try attempt { () throws(StorageError) in try Raster.read(path) }
            guard raster.columns == grid.columns, raster.rows == grid.rows else {
                throw ImportFailure(
                    "names \(path), an image of \(raster.columns) x \(raster.rows) pixels; the grid has "
                        + "\(grid.columns) x \(grid.rows) cells")
            }
            do { maps.append(try reader.facies(of: raster)) } catch {
                throw ImportFailure("names \(path), which \(error.reason)")
            }
        }
        do {
            return try ImportedEnsemble(codes: Array(maps.joined()), cellCount: grid.cellCount, facies: facies)
        } catch {
            throw ImportFailure(error)
        }
    }

    private func readGRDECL(_ path: String) throws(ImportFailure) -> Realization {
        do {
            let file = try GRDECL(contentsOf: URL(fileURLWithPath: path), cellCount: grid.cellCount)
            return try file.realization(on: grid)
        } catch {
            throw ImportFailure("names \(path): \(error)")
        }
    }

    private func readHDF5(_ path: String) throws(ImportFailure) -> ImportedEnsemble {
        guard let dataset else {
            let ensemble: EnsembleFile
            do {
                ensemble = try EnsembleFile.read(path).0
            } catch {
                // Its own advice, to delete the file, is meant for results.
                throw ImportFailure(
                    "names \(path): it \(error.reason); of a file from elsewhere, name the array by 'dataset'")
            }
            return try build(members: ensemble.realizations)
        }
        return try ensemble(
            of: try attempt { () throws(StorageError) in
                try NamedArrays.importing(path, dataset: dataset).array(dataset, path: path)
            })
    }

    private func attempt<Value>(_ body: () throws(StorageError) -> Value) throws(ImportFailure) -> Value {
        do { return try body() } catch { throw ImportFailure(error) }
    }

    private func ensemble(of array: StoredArray) throws(ImportFailure) -> ImportedEnsemble {
        let cells = [grid.rows, grid.columns]
        guard array.shape == cells || (array.shape.count == 3 && Array(array.shape[1...]) == cells) else {
            throw ImportFailure(
                "holds an array of shape \(array.shape); the grid needs [members, \(grid.rows), \(grid.columns)]")
        }
        return isFacies ? try faciesEnsemble(of: array) : try permeabilityEnsemble(of: array)
    }

    private func faciesEnsemble(of array: StoredArray) throws(ImportFailure) -> ImportedEnsemble {
        guard let facies else { throw ImportFailure("holds facies, so 'facies' must give their properties") }
        guard let codes = array.bytes else {
            throw ImportFailure("holds a facies that is not a whole number of 0 to 255")
        }
        do {
            return try ImportedEnsemble(codes: codes, cellCount: grid.cellCount, facies: facies)
        } catch {
            throw ImportFailure(error)
        }
    }

    private func permeabilityEnsemble(of array: StoredArray) throws(ImportFailure) -> ImportedEnsemble {
        let values = array.doubles.map { Float($0 * Unit.millidarcy) }
        let rock = [Float](repeating: Float(porosity), count: grid.cellCount)
        return try build(
            members: stride(from: 0, to: values.count, by: grid.cellCount).map { start in
                let field = Array(values[start..<start + grid.cellCount])
                return Realization(porosity: rock, permeabilityX: field, permeabilityY: field)
            })
    }

    private func build(members: [Realization]) throws(ImportFailure) -> ImportedEnsemble {
        do { return try ImportedEnsemble(members) } catch { throw ImportFailure(error) }
    }
}

/// Names of files in the IDX format of handwritten-digit collections.
private enum IDXName {
    static func matches(_ path: String) -> Bool {
        let name = Files.name(of: path).lowercased()
        let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
        return plain.hasSuffix(".idx") || plain.hasSuffix("idx3-ubyte")
    }

    /// How to come by a file that is missing.
    static func advice(for path: String) -> String {
        let name = Files.name(of: path)
        let packed = name.hasSuffix(".gz") ? name : name + ".gz"
        guard packed.hasPrefix("train-images-idx3") || packed.hasPrefix("t10k-images-idx3") else { return packed }
        return "\(packed); it is a file of MNIST, to be had at https://ossci-datasets.s3.amazonaws.com/mnist/\(packed)"
    }
}
