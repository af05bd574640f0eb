/// `Σ term(i)` over `0 ..< count`, in four sums of every fourth term: one sum alone waits for each addition to end.
///
/// The order of additions is fixed, so the result does not depend on the processor.
@inlinable @inline(__always)
public func interleavedSum(_ count: Int, _ term: (Int) -> Double) -> Double {
    var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
    var i = 0
    while i &+ 4 <= count {
        a += term(i)
        b += term(i &+ 1)
        c += term(i &+ 2)
        d += term(i &+ 3)
        i &+= 4
    }
    while i < count {
        a += term(i)
        i &+= 1
    }
    return (a + b) + (c + d)
}
