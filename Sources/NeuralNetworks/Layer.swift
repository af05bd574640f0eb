/// A differentiable map on batches: a description only. Weights live outside, in ``NetworkWeights``.
///
/// Images are `[row, column, channel]`, flat inputs `[feature]`; no layer changes the number of samples.
public indirect enum Layer: Equatable, Sendable, Codable {
    public enum Padding: String, Codable, Sendable {
        /// Zeros around, so that an output has `ceil(extent / stride)` pixels; an odd one out goes behind.
        case same
        case valid
    }

    /// Flat input. `y = W x + b`.
    case dense(units: Int)
    case convolution(channels: Int, kernel: Int, stride: Int = 1, padding: Padding = .same)
    /// The adjoint of a `same` convolution of this stride: extents grow by `stride`.
    case transposedConvolution(channels: Int, kernel: Int, stride: Int)
    /// Nearest-neighbour enlargement by two, then a convolution, without ever making the enlarged image.
    case upsampledConvolution(channels: Int, kernel: Int, padding: Padding = .same)
    /// Over samples and pixels, one mean and variance per channel (Ioffe and Szegedy, 2015). Running statistics move by
    /// `momentum` per batch and serve inference.
    case batchNormalization(momentum: Float = 0.01, epsilon: Float = 1e-3)
    case activation(Activation)
    /// Windows of at most 16 x 16 pixels.
    case maxPooling(size: Int)
    case averagePooling(size: Int)
    case nearestUpsampling(factor: Int)
    /// Twice the extents; sample points at pixel centres, edges continued.
    case bilinearUpsampling
    /// Sub-pixel convolution's second half (Shi et al., 2016): `factor²` channels become one channel of a finer image.
    case pixelShuffle(factor: Int)
    /// `x + body(x)`; the body keeps the shape.
    case residual([Layer])
    /// Keeps the top left `rows x columns`.
    case crop(rows: Int, columns: Int)
    case flatten
    case reshape(rows: Int, columns: Int, channels: Int)
    /// Zeroes features at this rate in training and scales the others up (Srivastava et al., 2014).
    case dropout(rate: Float)
    /// `2 n` features, means then log variances, become `n`: sampled in training, the means otherwise (Kingma and
    /// Welling, 2014).
    case variationalSampling
}

public enum Activation: Equatable, Sendable, Codable {
    /// `max(x, slope x)`, slope in `0...1`; zero is the plain rectifier.
    case leakyReLU(slope: Float)
    case tanh
    case sigmoid
    /// `x` above zero, `exp(x) - 1` below.
    case elu
    /// `x / (1 + exp(-x))`
    case swish
}
