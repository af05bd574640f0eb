import COpenBLAS
import Foundation

/// A dense factorisation that does not exist for the given matrix.
public enum FactorizationError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The leading minor of this order is not positive.
    case notPositiveDefinite(order: Int)
    case singular(order: Int)
    case noConvergence

    public var description: String {
        switch self {
        case .notPositiveDefinite(let order): "the matrix is not positive definite (leading minor of order \(order))"
        case .singular(let order): "the matrix is singular (pivot \(order))"
        case .noConvergence: "the iteration for eigenvalues or singular values did not converge"
        }
    }
}

/// `A = L Lᵀ` of a symmetric positive definite matrix (LAPACK `dpotrf`).
public struct CholeskyFactor: Sendable {
    /// Lower triangle `L`; zero above the diagonal.
    public let lower: Matrix

    public init(_ matrix: Matrix) throws(FactorizationError) {
        precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
        var factor = matrix
        let order = matrix.rows
        let status = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, CChar(76), Int32(order), &factor.elements, Int32(order))
        guard status == 0 else { throw .notPositiveDefinite(order: Int(status)) }
        for i in 0..<order { for j in i + 1..<max(order, i + 1) { factor[i, j] = 0 } }
        lower = factor
    }

    /// `X` of `A X = rightHandSide`, one column per right-hand side.
    public func solve(_ rightHandSide: Matrix) -> Matrix {
        var solution = rightHandSide
        LAPACKE_dpotrs(
            LAPACK_ROW_MAJOR, CChar(76), Int32(lower.rows), Int32(rightHandSide.columns), lower.elements,
            Int32(lower.rows), &solution.elements, Int32(rightHandSide.columns))
        return solution
    }

    public func solve(_ rightHandSide: [Double]) -> [Double] {
        solve(Matrix(rows: rightHandSide.count, columns: 1, elements: rightHandSide)).elements
    }

    /// `ln det A`.
    public var logDeterminant: Double {
        (0..<lower.rows).reduce(0) { $0 + 2 * log(lower[$1, $1]) }
    }
}

/// Eigenvalues (ascending) and orthonormal eigenvectors of a symmetric matrix (LAPACK `dsyevd`).
public struct SymmetricEigen: Sendable {
    public let values: [Double]
    /// One eigenvector per column.
    public let vectors: Matrix

    public init(_ matrix: Matrix) throws(FactorizationError) {
        precondition(matrix.rows == matrix.columns, "\(matrix.rows) x \(matrix.columns) is not square")
        var vectors = matrix
        var values = [Double](repeating: 0, count: matrix.rows)
        let status = LAPACKE_dsyevd(
            LAPACK_ROW_MAJOR, CChar(86), CChar(76), Int32(matrix.rows), &vectors.elements, Int32(matrix.rows), &values)
        guard status == 0 else { throw .noConvergence }
        (self.values, self.vectors) = (values, vectors)
    }
}

/// Thin singular value decomposition `A = U diag(s) Vᵀ` (LAPACK `dgesdd`); singular values descend.
public struct SingularValues: Sendable {
    public let u: Matrix, values: [Double], vTransposed: Matrix

    public init(_ matrix: Matrix) throws(FactorizationError) {
        let (m, n) = (matrix.rows, matrix.columns)
        let k = min(m, n)
        var copy = matrix.elements
        var u = Matrix(rows: m, columns: k)
        var vt = Matrix(rows: k, columns: n)
        var values = [Double](repeating: 0, count: k)
        let status = LAPACKE_dgesdd(
            LAPACK_ROW_MAJOR, CChar(83), Int32(m), Int32(n), &copy, Int32(n), &values, &u.elements, Int32(k),
            &vt.elements,
            Int32(n))
        guard status == 0 else { throw .noConvergence }
        (self.u, self.values, self.vTransposed) = (u, values, vt)
    }
}
