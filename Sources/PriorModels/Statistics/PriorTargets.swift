import Foundation
import Reservoir

/// What the settings of a prior say its statistics are.
///
/// A training image is measured like a realization: through windows as large as the grid, spread evenly over it, since
/// bodies cut by the rim of a window seem less connected than in the whole image.
struct PriorTargets {
    /// Two directions across each other: along and across the flow where channels have one, else x and y.
    let directions: [LatticeDirection]
    private let prior: PriorSettings
    private let grid: Grid
    private let windows: [FieldMeasurementBox]

    private static let mostWindowsAlong = 6

    init(_ prior: PriorSettings, grid: Grid) {
        (self.prior, self.grid) = (prior, grid)
        directions = Self.directions(prior, grid)
        windows = Self.windows(prior, grid)
    }

    private static func directions(_ prior: PriorSettings, _ grid: Grid) -> [LatticeDirection] {
        let azimuth: Double? =
            switch prior {
            case .channels(let prior): prior.meander.azimuth.mean
            case .belts(let prior): prior.network.azimuth.mean
            case .gaussian(let prior): prior.rock.variogram?.structures.first?.azimuth
            case .truncatedGaussian(let prior): prior.first.structures.first?.azimuth
            default: nil
            }
        guard let azimuth else { return [.x, .y] }
        let along = LatticeDirection.nearest(to: azimuth, on: grid)
        return [along, along.across]
    }

    // MARK: Numbers

    func proportion(_ code: UInt8) -> Double? {
        switch prior {
        case .channels(let prior): Self.proportion(prior.bodies, code)
        case .belts(let prior): Self.proportion(prior.bodies, code)
        case .truncatedGaussian(let prior):
            prior.groups.flatMap(\.self).first { $0.code == code }?.proportion
        case .trainingImage(let prior): prior.image.proportions[code] ?? 0
        default: nil
        }
    }

    private static func proportion(_ bodies: ChannelBodies, _ code: UInt8) -> Double? {
        guard code == ChannelBodies.channelCode, case .proportion(let proportion) = bodies.amount else { return nil }
        return proportion.mean
    }

    func largestBody(_ code: UInt8) -> Double? { windowMean(.largestBody(code)) }

    func crossing(_ code: UInt8, _ direction: LatticeDirection) -> Double? {
        windowMean(.crossing(code, direction))
    }

    private func windowMean(_ probe: Probe) -> Double? {
        guard !windows.isEmpty else { return nil }
        let values = windows.map { $0.value(probe) }.filter { !$0.isNaN }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    // MARK: Curves

    /// `nil` for a curve that says nothing: of a property that is constant.
    func curve(_ probe: CurveProbe, title: String, on grid: Grid) -> PriorStatistics.Curve? {
        let lags = probe.lags
        guard !lags.steps.isEmpty else { return nil }
        let kind: PriorStatistics.Curve.Kind
        var target: [Double]?
        switch probe {
        case .indicatorVariogram(let code, _):
            kind = .variogram
            target = indicatorVariogram(code, lags) ?? windowMean(probe)
        case .connectivity:
            kind = .connectivity
            target = windowMean(probe)
        case .logVariogram, .porosityVariogram:
            kind = .variogram
            if case .gaussian(let prior) = prior {
                let isLog = if case .logVariogram = probe { true } else { false }
                let deviation = isLog ? prior.rock.logStandardDeviation : prior.rock.porosityStandardDeviation
                guard deviation > 0, let variogram = prior.rock.variogram else { return nil }
                target = atLags(lags) { deviation * deviation * (1 - variogram.correlation(dx: $0, dy: $1)) }
            }
        }
        return PriorStatistics.Curve(
            title: "\(title), \(lags.direction.name(on: grid))", kind: kind, lags: lags.distances(on: grid),
            target: target)
    }

    private func indicatorVariogram(_ code: UInt8, _ lags: LagSequence) -> [Double]? {
        guard case .truncatedGaussian(let prior) = prior,
            let share = prior.groups.flatMap(\.self).first(where: { $0.code == code })
        else { return nil }
        return atLags(lags) { share.proportion - prior.jointProbability(of: code, dx: $0, dy: $1) }
    }

    private func atLags(_ lags: LagSequence, _ value: (_ dx: Double, _ dy: Double) -> Double) -> [Double] {
        let (dx, dy) = lags.direction.offset(on: grid)
        return lags.steps.map { value(Double($0) * dx, Double($0) * dy) }
    }

    private func windowMean(_ probe: CurveProbe) -> [Double]? {
        guard !windows.isEmpty else { return nil }
        let curves = windows.map { $0.curve(probe) }
        return probe.lags.steps.indices.map { lag in StatisticSummary(curves.map { $0[lag] }).mean }
    }

    // MARK: Training image

    private static func windows(_ prior: PriorSettings, _ grid: Grid) -> [FieldMeasurementBox] {
        guard case .trainingImage(let prior) = prior,
            let lattice = try? ImageLattice(grid, pixelWidth: prior.pixelWidth, pixelHeight: prior.pixelHeight),
            prior.image.columns >= lattice.columns, prior.image.rows >= lattice.rows
        else { return [] }
        func starts(_ image: Int, _ window: Int) -> [Int] {
            let count = min(mostWindowsAlong, max(1, 2 * image / window - 1))
            return (0..<count).map { count == 1 ? (image - window) / 2 : (image - window) * $0 / (count - 1) }
        }
        let field = MeasuredField(grid, hardData: [])
        return starts(prior.image.rows, lattice.rows).flatMap { row in
            starts(prior.image.columns, lattice.columns).map { column in
                let pixels = prior.image.window(
                    column: column, row: row, columns: lattice.columns, rows: lattice.rows)
                return FieldMeasurementBox(facies: lattice.pixels.map { pixels[$0] }, field)
            }
        }
    }
}

/// A window of a training image under measurement; keeps what it has worked out.
private final class FieldMeasurementBox {
    private var measurement: FieldMeasurement

    init(facies: [UInt8], _ field: MeasuredField) {
        measurement = FieldMeasurement(
            Realization(facies: facies, porosity: [], permeabilityX: [], permeabilityY: []), field)
    }

    func value(_ probe: Probe) -> Double { measurement.value(probe) }
    func curve(_ probe: CurveProbe) -> [Double] { measurement.curve(probe) }
}

extension PriorSettings {
    /// The rock of a facies, or of a prior without facies.
    func rock(of code: UInt8?) -> RockProperties? {
        func find(_ table: FaciesTable) -> RockProperties? { code.flatMap { table[$0]?.rock } }
        switch self {
        case .gaussian(let prior): return code == nil ? prior.rock : nil
        case .channels(let prior): return find(prior.bodies.facies)
        case .belts(let prior): return find(prior.bodies.facies)
        case .truncatedGaussian(let prior): return find(prior.facies)
        case .trainingImage(let prior): return find(prior.facies)
        case .imported, .mixture: return nil
        }
    }

    /// Whether a facies may fill but a part of its cells' thickness.
    func isThinned(_ code: UInt8) -> Bool {
        switch self {
        case .channels(let prior): prior.bodies.thickness != nil && code == ChannelBodies.channelCode
        case .belts(let prior): prior.bodies.thickness != nil && code == ChannelBodies.channelCode
        default: false
        }
    }
}
