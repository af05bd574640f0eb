import CFFTW
import Foundation
import LinearAlgebra
import Synchronization

/// Real Fourier transforms on a torus of `rows` x `columns` nodes, `columns` even; the only user of FFTW.
///
/// Plans are estimated, not measured: a measured plan may differ from run to run, and with it the last bits of every
/// field. FFTW's planner is not thread-safe and is guarded; executing a plan on new arrays is. Unchecked: the plans
/// never change after `init`, and a buffer is held by one call at a time.
final class PeriodicTransform: @unchecked Sendable {
    let rows: Int, columns: Int
    /// Columns of the half spectrum that a real transform keeps.
    var spectrumColumns: Int { columns / 2 + 1 }

    private let toSpectrum: fftw_plan
    private let toField: fftw_plan
    private let idle = Mutex<[Buffer]>([])
    private static let planner = Mutex<Void>(())

    /// Work space of one call, aligned as the plans expect.
    private final class Buffer: @unchecked Sendable {
        let spectrum: UnsafeMutablePointer<fftw_complex>
        let field: UnsafeMutablePointer<Double>

        init?(nodes: Int, spectrumNodes: Int) {
            guard let spectrum = fftw_alloc_complex(spectrumNodes) else { return nil }
            guard let field = fftw_alloc_real(nodes) else {
                fftw_free(spectrum)
                return nil
            }
            (self.spectrum, self.field) = (spectrum, field)
        }

        deinit {
            fftw_free(spectrum)
            fftw_free(field)
        }
    }

    /// `nil` if there is no memory for it.
    init?(rows: Int, columns: Int) {
        precondition(columns % 2 == 0, "\(columns) columns are odd")
        guard let buffer = Buffer(nodes: rows * columns, spectrumNodes: rows * (columns / 2 + 1)) else { return nil }
        (self.rows, self.columns) = (rows, columns)
        let plans = Self.planner.withLock { _ in
            (
                fftw_plan_dft_r2c_2d(Int32(rows), Int32(columns), buffer.field, buffer.spectrum, FFTW_ESTIMATE),
                fftw_plan_dft_c2r_2d(Int32(rows), Int32(columns), buffer.spectrum, buffer.field, FFTW_ESTIMATE)
            )
        }
        guard let forward = plans.0, let backward = plans.1 else { return nil }
        (toSpectrum, toField) = (forward, backward)
        idle.withLock { $0.append(buffer) }
    }

    deinit {
        Self.planner.withLock { _ in
            fftw_destroy_plan(toSpectrum)
            fftw_destroy_plan(toField)
        }
    }

    /// Real parts of the half spectrum of an even function on the torus: the eigenvalues of the circulant matrix whose
    /// first row it is. `[rows * spectrumColumns]`.
    func eigenvalues(of function: (_ row: Int, _ column: Int) -> Double) -> [Double] {
        withBuffer { buffer in
            for row in 0..<rows {
                for column in 0..<columns { buffer.field[row * columns + column] = function(row, column) }
            }
            fftw_execute_dft_r2c(toSpectrum, buffer.field, buffer.spectrum)
            return (0..<rows * spectrumColumns).map { buffer.spectrum[$0].0 }
        }
    }

    /// A corner of `keptRows` x `keptColumns` nodes of a real Gaussian field on the torus.
    ///
    /// Each mode of the spectrum gets independent normal real and imaginary parts with standard deviation `amplitude`
    /// (`[rows * spectrumColumns]`), subject to the Hermitian symmetry that makes the field real. Modes that are their
    /// own mirror image are real, with `sqrt(2)` times that.
    func gaussianField(
        amplitude: [Double], stream: inout RandomStream, keptRows: Int, keptColumns: Int
    ) -> [Double] {
        withBuffer { buffer in
            fillNoise(buffer.spectrum, amplitude, &stream)
            fftw_execute_dft_c2r(toField, buffer.spectrum, buffer.field)
            return [Double](unsafeUninitializedCapacity: keptRows * keptColumns) { kept, count in
                for row in 0..<keptRows {
                    for column in 0..<keptColumns {
                        kept[row * keptColumns + column] = buffer.field[row * columns + column]
                    }
                }
                count = keptRows * keptColumns
            }
        }
    }

    private func fillNoise(
        _ spectrum: UnsafeMutablePointer<fftw_complex>, _ amplitude: [Double], _ stream: inout RandomStream
    ) {
        let width = spectrumColumns
        precondition(amplitude.count == rows * width, "\(amplitude.count) amplitudes for \(rows * width) modes")
        amplitude.withUnsafeBufferPointer { amplitude in
            for mode in 0..<rows * width {
                let (real, imaginary) = normalPair(&stream)
                spectrum[mode] = (amplitude[mode] * real, amplitude[mode] * imaginary)
            }
        }
        // The first and the last column hold their own mirror images, in rows that add up to `rows`.
        for column in [0, width - 1] {
            for row in 0...rows / 2 {
                let (mode, mirror) = (row * width + column, (rows - row) % rows * width + column)
                if mode == mirror {
                    spectrum[mode] = (spectrum[mode].0 * 2.0.squareRoot(), 0)
                } else {
                    spectrum[mirror] = (spectrum[mode].0, -spectrum[mode].1)
                }
            }
        }
    }

    private func withBuffer<Result>(_ body: (Buffer) -> Result) -> Result {
        guard
            let buffer = idle.withLock({ $0.popLast() })
                ?? Buffer(nodes: rows * columns, spectrumNodes: rows * spectrumColumns)
        else { preconditionFailure("no memory for a field of \(rows) x \(columns) nodes") }
        defer { idle.withLock { $0.append(buffer) } }
        return body(buffer)
    }
}

/// Two independent standard normal numbers from one 64-bit draw, by Box and Muller (1958).
///
/// With 32 bits for the radius no number is beyond 6.66 standard deviations: of 1e10 numbers, less than one.
@inline(__always)
private func normalPair(_ stream: inout RandomStream) -> (Double, Double) {
    let bits = stream.next()
    let radius = (-2 * log((Double(bits >> 32) + 1) * 0x1p-32)).squareRoot()
    let angle = Double(bits & 0xFFFF_FFFF) * (2 * Double.pi * 0x1p-32)
    return (radius * cos(angle), radius * sin(angle))
}
