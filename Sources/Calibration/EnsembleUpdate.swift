import Foundation
import LinearAlgebra

/// One Kalman update of an ensemble in units of the noise, where `C_D` is the identity.
///
///     z_j ← z_j + C_zd (C_dd + α I)⁻¹ (√α e_j − r_j),   r_j = L⁻¹(d_j − d_obs),  e_j ~ N(0, I)
///
/// with `C_zd` and `C_dd` from the ensemble itself. The inverse is taken in the space the ensemble spans, by a thin
/// singular value decomposition of the data anomalies: exact, and cheap for any number of data.
/// Source: Emerick and Reynolds (2013), Computers & Geosciences 55, 3.
struct EnsembleUpdate {
    let inflation: Double
    /// Damp correlations that an ensemble of this size cannot tell from none.
    let tapers: Bool

    /// - Parameters:
    ///   - points: `[members][dimension]`
    ///   - residuals: `r_j`, `[members][data]`
    ///   - noise: `e_j`, `[members][data]`
    func updated(points: [[Double]], residuals: [[Double]], noise: [[Double]]) throws -> [[Double]] {
        let members = points.count
        precondition(members > 1 && residuals.count == members && noise.count == members, "\(members) members")
        let scale = 1 / Double(members - 1).squareRoot()
        let pointAnomalies = Matrix(points).centredColumns(scaledBy: scale)
        let dataAnomalies = Matrix(residuals).centredColumns(scaledBy: scale)
        var innovation = Matrix(rows: members, columns: residuals[0].count)
        let noiseScale = inflation.squareRoot()
        for j in 0..<members {
            for i in 0..<innovation.columns { innovation[j, i] = noiseScale * noise[j][i] - residuals[j][i] }
        }
        let step =
            tapers
            ? try taperedStep(pointAnomalies, dataAnomalies, innovation)
            : try subspaceStep(pointAnomalies, dataAnomalies, innovation)
        return points.indices.map { j in points[j].indices.map { points[j][$0] + step[j, $0] } }
    }

    /// With `A_d = U S Vᵀ` (one row per member): `C_zd (C_dd + αI)⁻¹ = A_zᵀ U S (S² + α)⁻¹ Vᵀ`.
    private func subspaceStep(_ az: Matrix, _ ad: Matrix, _ innovation: Matrix) throws -> Matrix {
        let svd = try decomposition(ad)
        var projected = innovation.times(svd.vTransposed, otherTransposed: true)
        for j in 0..<projected.rows {
            for k in 0..<projected.columns {
                let s = svd.values[k]
                projected[j, k] *= s / (s * s + inflation)
            }
        }
        return projected.times(svd.u, otherTransposed: true).times(az)
    }

    /// As ``subspaceStep(_:_:_:)``, but the correlation `ρ` of each latent with each principal direction of the data is
    /// multiplied by `t = (1 − 3 / ((N − 1) ρ²))₊`. Chance alone gives `ρ²` a mean of `1/(N − 1)`, so that most chance
    /// correlations vanish while a strong one is hardly touched (positive-part shrinkage after James and Stein, 1961;
    /// the use for ensembles follows Luo and Bhakta, 2020, J. Petroleum Science and Engineering 184, 106559).
    private func taperedStep(_ az: Matrix, _ ad: Matrix, _ innovation: Matrix) throws -> Matrix {
        let svd = try decomposition(ad)
        let members = Double(az.rows)
        var cross = az.times(svd.u, transposed: true)  // [dimension x rank], covariance over s
        for i in 0..<cross.rows {
            var variance = 0.0
            for j in 0..<az.rows { variance += az[j, i] * az[j, i] }
            for k in 0..<cross.columns where variance > 0 {
                let squared = cross[i, k] * cross[i, k] / variance
                cross[i, k] *= squared > 0 ? max(0, 1 - 3 / ((members - 1) * squared)) : 0
            }
        }
        var projected = innovation.times(svd.vTransposed, otherTransposed: true)
        for j in 0..<projected.rows {
            for k in 0..<projected.columns {
                let s = svd.values[k]
                projected[j, k] *= s / (s * s + inflation)
            }
        }
        return projected.times(cross, otherTransposed: true)
    }

    private func decomposition(_ anomalies: Matrix) throws -> SingularValues {
        do { return try SingularValues(anomalies) } catch { throw CalibrationError.factorization(error) }
    }
}

extension Matrix {
    /// Each column less its mean, times `factor`.
    func centredColumns(scaledBy factor: Double) -> Matrix {
        var result = self
        for column in 0..<columns {
            var mean = 0.0
            for row in 0..<rows { mean += self[row, column] }
            mean /= Double(rows)
            for row in 0..<rows { result[row, column] = (self[row, column] - mean) * factor }
        }
        return result
    }
}
