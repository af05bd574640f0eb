import Foundation

/// The same networks in PyTorch, measured on this machine by the scripts below.
struct NetworkPeer {
    /// An interpreter that has PyTorch.
    let python: String
    /// Trains: prints one JSON object with `samples_per_second` and `peak_rss_mb`.
    let script: String

    struct Training: Decodable {
        let framework: String
        let samples_per_second: Double
        let peak_rss_mb: Double
    }

    /// The faster of both memory layouts.
    func training(_ name: String, samples: Int, batch: Int, threads: Int, epochs: Int) throws -> Training {
        var best: Training?
        for layout in [[], ["--channels-last"]] {
            let arguments =
                [
                    script, "--case", name, "--samples", "\(samples)", "--batch", "\(batch)", "--threads", "\(threads)",
                    "--epochs", "\(epochs)"
                ] + layout
            let one = try JSONDecoder().decode(Training.self, from: try run(arguments))
            if one.samples_per_second > best?.samples_per_second ?? 0 { best = one }
        }
        guard let best else { throw NetworkPeerError(reason: "the peer trained nothing") }
        return best
    }

    /// Decoded images per second, the better of both memory layouts, without gradients, normalisation in inference.
    func decoding(side: Int, latents: Int, base: Int, batch: Int, threads: Int) throws -> Double {
        let text = String(
            decoding: try run(["-c", Self.decoder, "\(latents)", "\(base)", "\(batch)", "\(threads)"]), as: UTF8.self)
        guard let rate = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw NetworkPeerError(reason: "the peer's decoder printed '\(text.prefix(80))'")
        }
        return rate
    }

    private func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw NetworkPeerError(reason: "\(python) ended with code \(process.terminationStatus)")
        }
        return data
    }

    private static let decoder = """
        import sys, time, torch, torch.nn as nn
        latents, base, batch, threads = map(int, sys.argv[1:])
        torch.set_num_threads(threads)
        act = lambda: nn.LeakyReLU(0.3)
        up = lambda: nn.Upsample(scale_factor=2, mode='nearest')
        net = nn.Sequential(
            nn.Linear(latents, 16 * base * base), nn.Unflatten(1, (16, base, base)),
            nn.Conv2d(16, 16, 5, padding='same'), nn.BatchNorm2d(16), act(), up(),
            nn.Conv2d(16, 8, 4, padding='same'), nn.BatchNorm2d(8), act(), up(),
            nn.Conv2d(8, 4, 3), act(), up(), nn.Conv2d(4, 1, 3, padding='same')).eval()
        best = 0.0
        for layout in (torch.contiguous_format, torch.channels_last):
            one = net.to(memory_format=layout)
            z = torch.randn(batch, latents)
            with torch.inference_mode():
                for _ in range(3): one(z)
                for _ in range(5):
                    start = time.perf_counter()
                    for _ in range(8): one(z)
                    best = max(best, 8 * batch / (time.perf_counter() - start))
        print(best)
        """
}

struct NetworkPeerError: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
