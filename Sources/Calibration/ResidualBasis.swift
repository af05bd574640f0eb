import LinearAlgebra
import Reservoir

/// The combinations of data in which realizations near the observation differ from it: principal components of residuals in
/// units of the noise. Production data of one field vary together, so that a few dozen tell what hundreds do.
struct ResidualBasis: Sendable, Codable {
    /// Orthonormal, `[components][data]`.
    let components: [[Double]]

    /// Pairs nearest to the observation to learn from.
    private static let pairCount = 64
    /// What components may leave unexplained, of a datum's variance in units of the noise, on average.
    private static let unexplained = 0.02

    /// - Parameter pairs: if there are none, each datum is a component.
    init(of pairs: Emulator.Pairs) throws {
        let near = pairs.nearest(Self.pairCount).residuals
        guard let count = near.first?.count else {
            components = []
            return
        }
        do {
            let values = try SingularValues(Matrix(near))
            var left = values.values.squaredNorm / Double(near.count)
            var components: [[Double]] = []
            for (index, value) in values.values.enumerated() where left > Self.unexplained * Double(count) {
                components.append(values.vTransposed.row(index))
                left -= value * value / Double(near.count)
            }
            self.components = components
        } catch { throw CalibrationError.factorization(error) }
    }

    /// The components and what `residual` adds to them, orthonormal, `[components x data]`.
    func combinations(including residual: [Double]) -> Matrix {
        guard !components.isEmpty else { return .identity(residual.count) }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        var rest = residual
        // Twice, against rounding.
        for _ in 0..<2 {
            for component in components {
                let share = dot(rest, component)
                for index in rest.indices { rest[index] -= share * component[index] }
            }
        }
        let length = dot(rest, rest).squareRoot()
        guard length > 1e-6 * dot(residual, residual).squareRoot() else { return Matrix(components) }
        return Matrix(components + [rest.map { $0 / length }])
    }
}
