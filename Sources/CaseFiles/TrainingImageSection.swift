import PriorModels
import Reservoir
import Storage

func readTrainingImage(_ section: Section, grid: Grid?) -> PriorSettings? {
    let path = section.file(
        "image", "The training image: PNG, PBM, PGM, or a two-dimensional NPY array; its first row is the grid's.")
    let facies = readFacies(section)
    let thresholds = readThresholds(section, facies: facies)
    let width = section.optionalNumber(
        "pixel_width", .length, .positive, "Extent of a pixel along x; by default that of the narrowest cell.")
    let height = section.optionalNumber(
        "pixel_height", .length, .positive,
        "Extent of a pixel along y (downward in a section); by default that of the lowest cell.")
    let neighbours = section.integer(
        "neighbours", 1...64, default: 40, "Known pixels that a pattern compares at most: more follow the image closer."
    )
    let scan = section.integer(
        "scan", 64...TrainingImagePrior.mostScanned, default: 65_536,
        "Places of the image that are compared at most for one pixel: fewer are faster.")
    guard let path, let facies, thresholds.isSound, let grid else { return nil }
    do {
        let raster = try Raster.read(path)
        let codes = try FaciesRaster(codes: facies.codes, thresholds: thresholds.values).facies(of: raster)
        return section.build { () throws(ParameterError) in
            let image = try TrainingImage(columns: raster.columns, rows: raster.rows, codes: codes)
            return .trainingImage(
                try TrainingImagePrior(
                    image: image, facies: facies, pixelWidth: width ?? grid.columnWidths.min() ?? 1,
                    pixelHeight: height ?? grid.rowHeights.min() ?? 1, neighbours: neighbours, scan: scan))
        }
    } catch let error as FaciesRaster.Failure {
        section.report("image", .other("names \(path), which \(error.reason)"))
    } catch {
        section.report("image", .other("names \(error)"))
    }
    return nil
}
