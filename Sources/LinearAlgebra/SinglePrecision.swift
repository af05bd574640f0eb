import COpenBLAS

extension BLAS {
    /// `result = op(a) · op(b) + keep · result` in single precision on one thread; all row-major, `a` as stored
    /// `[m][k]` (or `[k][m]` if transposed), `b` `[k][n]` (or `[n][k]`), `result` `[m][n]`. BLAS `sgemm`.
    public static func multiply(
        _ a: UnsafePointer<Float>, transposed: Bool = false, _ b: UnsafePointer<Float>, otherTransposed: Bool = false,
        m: Int, n: Int, k: Int, keep: Float = 0, into result: UnsafeMutablePointer<Float>
    ) {
        guard m > 0, n > 0, k > 0 else { return }
        useOneThread()
        cblas_sgemm(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, otherTransposed ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, a, Int32(transposed ? m : k), b, Int32(otherTransposed ? k : n), keep,
            result, Int32(n))
    }
}
