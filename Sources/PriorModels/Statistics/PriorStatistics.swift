import Foundation
import Reservoir

/// What is measured of each realization of a prior, and what it ought to be on average.
///
/// The plan says which numbers and curves there are; ``measure(_:)`` takes them of one realization, so that any number
/// of realizations can be gone through in constant memory and on any number of threads.
public struct PriorStatistics: Sendable {
    /// A number of each realization.
    public struct Quantity: Equatable, Sendable {
        public let name: String
        public let unit: String
        /// The mean over the prior; `nil` if nothing says what it should be.
        public let target: Double?
    }

    /// A function of distance.
    public struct Curve: Equatable, Sendable {
        public enum Kind: String, Equatable, Sendable {
            case variogram, connectivity
        }

        /// For example `sand, along x`.
        public let title: String
        public let kind: Kind
        /// [m]
        public let lags: [Double]
        /// At ``lags``.
        public let target: [Double]?
    }

    /// In the order of ``quantities`` and ``curves``; NaN where a realization has no such number.
    public struct Sample: Equatable, Sendable {
        public let values: [Double]
        public let curves: [[Double]]
    }

    public let quantities: [Quantity]
    public let curves: [Curve]
    private let probes: [Probe], curveProbes: [CurveProbe]
    private let field: MeasuredField

    /// - Parameters:
    ///   - prior: of one scenario; of a mixture only what its scenarios have in common is measured.
    ///   - hardData: counted as honoured or not.
    public init(_ prior: PriorSettings, grid: Grid, hardData: [HardDatum] = []) {
        field = MeasuredField(grid, hardData: hardData)
        let targets = PriorTargets(prior, grid: grid)
        let names = prior.faciesNames
        var probes: [(Probe, Quantity)] = []
        var curveProbes: [(CurveProbe, Curve)] = []
        let directions = targets.directions
        let lags = directions.map { LagSequence($0, columns: grid.columns, rows: grid.rows) }
        if names.isEmpty {
            probes += Self.continuous(facies: nil, "", prior.rock(of: nil))
            for lags in field.isRegular ? lags : [] {
                for probe in [CurveProbe.logVariogram(lags), .porosityVariogram(lags)] {
                    guard let curve = targets.curve(probe, title: probe.title, on: grid) else { continue }
                    curveProbes.append((probe, curve))
                }
            }
        }
        // Two facies are each other's complement: one says it all.
        for code in names.keys.sorted().dropFirst(names.count == 2 ? 1 : 0) {
            let name = names[code] ?? "\(code)"
            probes.append(
                (
                    .proportion(code),
                    Quantity(name: "Proportion of \(name)", unit: "–", target: targets.proportion(code))
                ))
            probes.append(
                (
                    .largestBody(code),
                    Quantity(name: "Share of \(name) in its largest body", unit: "–", target: targets.largestBody(code))
                ))
            for direction in [LatticeDirection.x, .y] {
                probes.append(
                    (
                        .crossing(code, direction),
                        Quantity(
                            name: "\(name) crosses the grid along \(direction.rawValue)", unit: "–",
                            target: targets.crossing(code, direction))
                    ))
            }
            for lags in field.isRegular ? lags : [] {
                for probe in [CurveProbe.indicatorVariogram(code, lags), .connectivity(code, lags)] {
                    guard let curve = targets.curve(probe, title: name, on: grid) else { continue }
                    curveProbes.append((probe, curve))
                }
            }
        }
        for code in names.keys.sorted() {
            let isThinned = prior.isThinned(code)
            guard let rock = prior.rock(of: code), rock.varies || isThinned else { continue }
            // What fills the rest of a cell has a share in its properties: there is no target for them.
            probes += Self.continuous(facies: code, " in \(names[code] ?? "\(code)")", isThinned ? nil : rock)
        }
        if !hardData.isEmpty {
            probes.append((.honoured, Quantity(name: "Hard data honoured", unit: "–", target: 1)))
        }
        (self.probes, quantities) = (probes.map(\.0), probes.map(\.1))
        (self.curveProbes, curves) = (curveProbes.map(\.0), curveProbes.map(\.1))
    }

    /// Moments of permeability and porosity about the means that the settings say; the variance is then unbiased in
    /// every realization, however few independent cells it has.
    private static func continuous(
        facies code: UInt8?, _ place: String, _ rock: RockProperties?
    ) -> [(Probe, Quantity)] {
        let moments = rock.map { LogMoments($0) }
        var list: [(Probe, Quantity)] = [
            (
                .logMean(code),
                Quantity(name: "Mean of ln(permeability / mD)\(place)", unit: "–", target: moments?.logMean)
            ),
            (.porosityMean(code), Quantity(name: "Mean porosity\(place)", unit: "–", target: rock?.porosity))
        ]
        guard let rock, let moments else { return list }
        if rock.logStandardDeviation > 0 {
            list.append(
                (
                    .logVariance(code, mean: moments.logMean),
                    Quantity(
                        name: "Variance of ln(permeability)\(place)", unit: "–",
                        target: rock.logStandardDeviation * rock.logStandardDeviation)
                ))
        }
        if rock.porosityStandardDeviation > 0 {
            list.append(
                (
                    .porosityVariance(code, mean: rock.porosity),
                    Quantity(
                        name: "Variance of porosity\(place)", unit: "–",
                        target: rock.porosityStandardDeviation * rock.porosityStandardDeviation)
                ))
        }
        if rock.logStandardDeviation > 0 && rock.porosityStandardDeviation > 0 {
            list.append(
                (
                    .correlation(code, moments),
                    Quantity(name: "Correlation of both\(place)", unit: "–", target: rock.correlation)
                ))
        }
        return list
    }

    public func measure(_ realization: Realization) -> Sample {
        var measurement = FieldMeasurement(realization, field)
        return Sample(
            values: probes.map { measurement.value($0) }, curves: curveProbes.map { measurement.curve($0) })
    }
}

/// One number of a realization.
enum Probe: Sendable {
    case proportion(UInt8)
    case largestBody(UInt8)
    case crossing(UInt8, LatticeDirection)
    case logMean(UInt8?)
    case logVariance(UInt8?, mean: Double)
    case porosityMean(UInt8?)
    case porosityVariance(UInt8?, mean: Double)
    case correlation(UInt8?, LogMoments)
    case honoured
}

/// One curve of a realization.
enum CurveProbe: Sendable {
    case indicatorVariogram(UInt8, LagSequence)
    case connectivity(UInt8, LagSequence)
    case logVariogram(LagSequence)
    case porosityVariogram(LagSequence)

    var lags: LagSequence {
        switch self {
        case .indicatorVariogram(_, let lags), .connectivity(_, let lags): lags
        case .logVariogram(let lags), .porosityVariogram(let lags): lags
        }
    }

    /// What is measured, where it is not a facies.
    var title: String {
        switch self {
        case .logVariogram: "ln(permeability)"
        case .porosityVariogram: "porosity"
        case .indicatorVariogram, .connectivity: ""
        }
    }
}

/// Mean and spread that a rock's settings say.
struct LogMoments: Equatable, Sendable {
    /// Of `ln(permeability / mD)`.
    let logMean: Double
    let logDeviation: Double
    let porosityMean: Double, porosityDeviation: Double

    init(_ rock: RockProperties) {
        logMean = log(rock.permeability / Unit.millidarcy)
        logDeviation = rock.logStandardDeviation
        (porosityMean, porosityDeviation) = (rock.porosity, rock.porosityStandardDeviation)
    }
}
