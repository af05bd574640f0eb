/// One measured number with its standard deviation. SI units, as in ``ProductionSeries``.
public struct Observation: Equatable, Sendable {
    public let key: VectorKey
    /// [s] from the start.
    public let time: Double
    public let value: Double
    /// Standard deviation of the measurement error, positive.
    public let error: Double

    public init(key: VectorKey, time: Double, value: Double, error: Double) {
        (self.key, self.time, self.value, self.error) = (key, time, value, error)
    }
}

/// Where a flat data vector's entries come from: one (vector, report time) per entry.
///
/// Training, proposals and mismatch all read a ``ProductionSeries`` through the same layout, so that entry `i` means the
/// same everywhere.
public struct DataLayout: Equatable, Sendable, Codable {
    public struct Entry: Hashable, Sendable, Codable {
        public let key: VectorKey
        /// [s]
        public let time: Double
        public init(key: VectorKey, time: Double) { (self.key, self.time) = (key, time) }
    }

    public let entries: [Entry]
    public init(entries: [Entry]) { self.entries = entries }
    public init(of observations: [Observation]) {
        entries = observations.map { Entry(key: $0.key, time: $0.time) }
    }

    public var count: Int { entries.count }

    /// The values of `series` at the entries of this layout, `[count]`.
    ///
    /// Between report times a value is interpolated linearly.
    /// - Throws: ``ParameterError`` if the series lacks a vector or does not reach a time.
    public func values(in series: ProductionSeries) throws(ParameterError) -> [Double] {
        var row: [VectorKey: Int] = [:]
        for (index, key) in series.keys.enumerated() { row[key] = index }
        var result: [Double] = []
        result.reserveCapacity(entries.count)
        for entry in entries {
            guard let index = row[entry.key] else {
                throw ParameterError(
                    parameter: "observation", found: "\(entry.key)",
                    requirement: "must be a vector the forward model makes")
            }
            guard let value = series.interpolated(row: index, at: entry.time) else {
                throw ParameterError(
                    parameter: "observation", found: "\(entry.key) at \(entry.time / Unit.day) days",
                    requirement: "must lie between the first and the last report time")
            }
            result.append(value)
        }
        return result
    }
}

extension ProductionSeries {
    /// Linear interpolation in time; `nil` outside the report times. A relative slack of 1e-9 forgives rounded dates.
    func interpolated(row: Int, at time: Double) -> Double? {
        guard let first = times.first, let last = times.last else { return nil }
        let slack = 1e-9 * max(abs(last), 1)
        guard time >= first - slack, time <= last + slack else { return nil }
        let next = times.firstIndex { $0 >= time - slack } ?? times.count - 1
        if next == 0 || abs(times[next] - time) <= slack { return values[row][next] }
        let weight = (time - times[next - 1]) / (times[next] - times[next - 1])
        return values[row][next - 1] * (1 - weight) + values[row][next] * weight
    }
}
