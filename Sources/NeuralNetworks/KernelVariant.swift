import CKernels

/// The instruction set that the hot kernels run with, chosen once per process from what the processor offers.
///
/// Variants differ in rounding: results repeat bit for bit on one variant, not across them.
public struct KernelVariant: Sendable {
    public let name: String
    /// Points to a constant table of the C target.
    nonisolated(unsafe) let table: UnsafePointer<lsi_kernels>

    /// Those this processor can run, the fastest first; never empty.
    public static let available: [KernelVariant] = {
        var found: [KernelVariant] = []
        while let table = lsi_kernels_variant(Int32(found.count)) {
            found.append(KernelVariant(name: String(cString: table.pointee.name), table: table))
        }
        return found
    }()

    public static let current = available[0]

    /// Multiply-adds of registers only: the most this core can do in one second [flop/s].
    public func measuredPeak() -> Double {
        var sink: Float = 1e-6
        var best = 0.0
        for _ in 0..<20 {
            let clock = ContinuousClock()
            var operations = 0.0
            let time = clock.measure {
                operations = Double(table.pointee.multiply_add_rounds(2_000_000, &sink)) * 2_000_000
            }
            best = max(best, operations / (time / .seconds(1)))
        }
        return sink.isNaN ? 0 : best
    }
}
