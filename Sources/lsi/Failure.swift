import CaseFiles
import EclipseFiles
import LatentSpaceInversion
import Pipeline
import Storage

/// What a user is told of an error, and the exit code that goes with it.
struct Failure {
    let text: String
    let exitCode: Int32

    /// 65 for input that is wrong, 73 for a result that cannot be written, 130 for a stop on request, otherwise 1.
    init(_ error: any Error) {
        switch error {
        case let error as CaseFileError:
            let count = error.problems.count
            text = "\(error)\n\(count) problem\(count == 1 ? "" : "s") in the case; nothing was run"
            exitCode = 65
        case let error as DeckError:
            let count = error.problems.count
            text = "\(error)\n\(count) problem\(count == 1 ? "" : "s") in the deck; nothing was written"
            exitCode = 65
        case let error as StorageError:
            text = "error: \(error)"
            exitCode = error.kind == .unwritable || error.kind == .diskFull ? 73 : 65
        case is Interruption:
            (text, exitCode) = ("\(error)", 130)
        case TrainingError.cancelled:
            (text, exitCode) = ("\(Interruption())", 130)
        default:
            (text, exitCode) = ("error: \(error)", 1)
        }
    }
}
