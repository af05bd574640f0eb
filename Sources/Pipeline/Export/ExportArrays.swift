import Calibration
import Foundation
import Reservoir
import Storage

/// The exported ensemble as arrays: NPY files, and one HDF5 file with the well series beside the realizations.
struct ExportArrays {
    let members: [ExportedMember]
    let realizations: [Realization]
    let grid: Grid

    private var shape: [Int] { [realizations.count, grid.rows, grid.columns] }

    /// `permeability_x.npy` and the others, `[members, rows, columns]`; permeability in mD, as reading them back expects.
    func writeNPY(to folder: String) throws(StorageError) {
        try Files.createFolder(folder)
        func write(_ name: String, _ values: [Float]) throws(StorageError) {
            try NPY.write(StoredArray(values, shape: shape), to: "\(folder)/\(name).npy")
        }
        func millidarcies(_ values: [Float]) -> [Float] { values.map { Float(Double($0) / Unit.millidarcy) } }
        try write("porosity", realizations.flatMap(\.porosity))
        try write("permeability_x", realizations.flatMap { millidarcies($0.permeabilityX) })
        try write("permeability_y", realizations.flatMap { millidarcies($0.permeabilityY) })
        guard hasFacies else { return }
        try NPY.write(
            StoredArray(realizations.flatMap { $0.facies ?? [] }, shape: shape), to: "\(folder)/facies.npy")
    }

    private var hasFacies: Bool { realizations.allSatisfy { $0.facies != nil } }

    /// An ensemble file with more beside it: which realization each member is, what the calibration says of it, its well
    /// series and the observations. Realizations are in SI units as in every ensemble file; series and observations are
    /// in METRIC units, which the attribute `vector_units` names.
    func writeHDF5(to path: String, observed: ObservedData, seed: UInt64, digest: String) throws(StorageError) {
        var more = NamedArrays()
        more.arrays["members/realization"] = StoredArray(members.map { Int64($0.candidate.index) })
        more.arrays["members/rank"] = StoredArray(members.map { Int64($0.rank ?? 0) })
        more.arrays["members/accepted"] = StoredArray(members.map { $0.isAccepted ? 1 : 0 as UInt8 })
        more.arrays["members/mismatch"] = StoredArray(members.map { $0.candidate.mismatch?.value ?? .nan })
        more.arrays["members/weight"] = StoredArray(members.map(\.weight))
        addSeries(to: &more)
        addObservations(observed, to: &more)
        let uniform = hasFacies ? realizations : realizations.map { Self.withoutFacies($0) }
        try EnsembleFile(realizations: uniform, rows: grid.rows, columns: grid.columns)
            .write(to: path, seed: seed, settingsDigest: digest, beside: more)
    }

    private static func withoutFacies(_ realization: Realization) -> Realization {
        var copy = realization
        copy.facies = nil
        return copy
    }

    private func addSeries(to document: inout NamedArrays) {
        guard let sample = members.lazy.compactMap(\.series).first else { return }
        let factors = sample.keys.map(\.quantity.metricFactor)
        var values: [Double] = []
        values.reserveCapacity(members.count * sample.keys.count * sample.times.count)
        for member in members {
            for (row, factor) in factors.enumerated() {
                let known = member.series?.values[row] ?? Array(repeating: .nan, count: sample.times.count)
                values += known.map { $0 / factor }
            }
        }
        document.arrays["series/days"] = StoredArray(sample.times.map { $0 / Unit.day })
        document.arrays["series/values"] = StoredArray(
            values, shape: [members.count, sample.keys.count, sample.times.count])
        document.texts["vectors"] = JSONText.of(sample.keys.map(\.description))
        document.texts["vector_units"] = JSONText.of(sample.keys.map(\.quantity.metricUnit))
    }

    private func addObservations(_ observed: ObservedData, to document: inout NamedArrays) {
        let all = observed.observations
        let factors = all.map(\.key.quantity.metricFactor)
        document.arrays["observations/days"] = StoredArray(all.map { $0.time / Unit.day })
        document.arrays["observations/value"] = StoredArray(zip(all, factors).map { $0.value / $1 })
        document.arrays["observations/error"] = StoredArray(zip(all, factors).map { $0.error / $1 })
        document.texts["observation_vectors"] = JSONText.of(all.map(\.key.description))
    }
}
