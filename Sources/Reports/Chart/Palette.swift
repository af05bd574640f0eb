/// The colours of every figure. Told apart by lightness too, for print in grey and for colour-blind readers.
enum Palette {
    /// `#rrggbb`
    static func colour(_ tone: Chart.Tone) -> String {
        switch tone {
        case .prior: "#9aa5b1"
        case .accepted: "#1b6ca8"
        case .observed: "#16202b"
        case .withheld: "#7a8694"
        case .truth: "#b3402a"
        case .neutral: "#5f6b7a"
        case .reference: "#6b4f1d"
        case .first: "#1b6ca8"
        case .second: "#c77f12"
        case .third: "#4b8b57"
        case .fourth: "#7b5aa6"
        }
    }

    static let selected = "#e07b00"
    static let shading = "#f4f1ea"

    /// Facies by code: the background pale, the bodies darker.
    static let facies = ["#e9e4d6", "#c77f12", "#5d8a66", "#8c5a3c", "#4f6d8f", "#a8a29a", "#d9b44a", "#6f4e7c"]

    static func facies(_ code: Int) -> String { facies[code % facies.count] }

    /// Dark to light for values (after matplotlib's viridis), white to dark for spread and probability.
    static let sequential = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"]
    static let intensity = ["#f7f8fa", "#cfdeea", "#8fb6d3", "#4a8bbd", "#1b5c93", "#0b2f55"]
}
