import CKernels
import Testing

@testable import NeuralNetworks

struct WorkerPairTests {
    /// Of fresh pairs, whose workers write for the first time at the same time.
    @Test func thatNothingOfEitherWorkerIsLost() {
        let numbers = AlignedFloats(2)
        for round in 0..<3000 {
            let pair = WorkerPair()
            let (first, second) = pair.map { worker -> (sum: [Double], lanes: [Int32]) in
                let own = lsi_samples(in: numbers.pointer, gradient: numbers.pointer, lanes: Int32(worker + 1))
                let lanes = pair.exchange(own, worker: worker).map(\.lanes)
                return (pair.sum([Double(round), Double(worker)], worker: worker), lanes)
            }
            for result in [first, second] {
                #expect(result.sum == [2 * Double(round), 1])
                #expect(result.lanes == [1, 2])
            }
        }
    }
}
