import LinearAlgebra

/// What the pressure equation is solved with: exact factors where they are cheap, multigrid where they are not.
enum PressurePreconditioner {
    case factor(SparseCholesky)
    case multigrid(AlgebraicMultigrid)

    /// Above this many unknowns factors cost more than they save: they grow with the power 3/2, multigrid in proportion.
    private static let largestFactored = 100_000

    init(_ pattern: SymmetricPattern, solver: SimulatorSettings.PressureSolver) throws(FactorizationError) {
        let isFactored =
            switch solver {
            case .automatic: pattern.order <= Self.largestFactored
            case .direct: true
            case .multigrid: false
            }
        self = isFactored ? .factor(try SparseCholesky(analyzing: pattern)) : .multigrid(.init(pattern: pattern))
    }

    func build(_ values: borrowing WorkArray<Double>) throws(FactorizationError) {
        switch self {
        case .factor(let factor): try factor.factorize(values)
        case .multigrid(let multigrid): multigrid.setUp(values)
        }
    }

    /// What ``build(_:)`` costs, in iterations; measured on 100x100 cells, and on 400x400 for multigrid.
    var cost: Int {
        switch self {
        case .factor: 20
        case .multigrid: 8
        }
    }

    /// Iterations after which it is built anew, and after which a new one is given up.
    var limits: (old: Int, new: Int) {
        switch self {
        case .factor: (16, 60)
        case .multigrid: (40, 200)
        }
    }

    /// - Parameter isNew: whether it was built of the very matrix that is to be solved.
    func apply(
        _ residual: borrowing WorkArray<Double>, into result: borrowing WorkArray<Double>, isNew: Bool
    ) {
        switch self {
        case .factor(let factor):
            if isNew { factor.solve(residual, into: result) } else { factor.approximate(residual, into: result) }
        case .multigrid(let multigrid): multigrid.approximate(residual, into: result)
        }
    }
}
