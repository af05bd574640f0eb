import Foundation

/// A counter-based random stream: Philox4x32-10 (Salmon et al., SC 2011).
///
/// The key is the case seed; the counter holds the purpose, the index within the purpose, and the position. Streams
/// of differing (seed, purpose, index) never overlap, so realization `i` is the same whatever is drawn beside it and
/// however many threads draw.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private let purpose: UInt32
    private let index: UInt64
    private var position: UInt32 = 0
    private var block: (UInt64, UInt64) = (0, 0)
    private var remaining = 0
    private var spareNormal: Double?

    /// - Parameters:
    ///   - purpose: what the numbers are for, for example `prior`; hashed (FNV-1a, 32 bit).
    ///   - index: which stream of that purpose, for example the realization's number.
    public init(seed: UInt64, purpose: String, index: UInt64 = 0) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        self.purpose = purpose.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
        self.index = index
    }

    public mutating func next() -> UInt64 {
        if remaining == 0 {
            block = philox()
            position &+= 1
            remaining = 2
        }
        remaining -= 1
        return remaining == 1 ? block.0 : block.1
    }

    /// Uniform in `0 ..< 1`, 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in `lower ..< upper`.
    public mutating func uniform(_ lower: Double, _ upper: Double) -> Double { lower + (upper - lower) * uniform() }

    /// Uniform in `0 ..< count`.
    public mutating func integer(below count: Int) -> Int { Int.random(in: 0..<count, using: &self) }

    /// Standard normal, by Box and Muller (1958); draws two at a time.
    public mutating func normal() -> Double {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        let radius = (-2 * log(1 - uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spareNormal = radius * sin(angle)
        return radius * cos(angle)
    }

    public mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in normal() } }

    private func philox() -> (UInt64, UInt64) {
        let counter = SIMD4(
            position, purpose, UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32))
        let block = Philox.block(counter: counter, key: key)
        return (UInt64(block.y) << 32 | UInt64(block.x), UInt64(block.w) << 32 | UInt64(block.z))
    }
}

/// The block function Philox4x32-10: ten rounds of multiplication and exclusive or.
enum Philox {
    static func block(counter: SIMD4<UInt32>, key: (UInt32, UInt32)) -> SIMD4<UInt32> {
        var (c0, c1, c2, c3) = (counter.x, counter.y, counter.z, counter.w)
        var (k0, k1) = key
        for _ in 0..<10 {
            let first = UInt64(0xD251_1F53) &* UInt64(c0)
            let second = UInt64(0xCD9E_8D57) &* UInt64(c2)
            (c0, c1, c2, c3) = (
                UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        return SIMD4(c0, c1, c2, c3)
    }
}
