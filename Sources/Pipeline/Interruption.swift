import Dispatch
import Foundation
import Synchronization

/// The user asked to stop (Ctrl-C or SIGTERM). Work ends at the next safe point; what is complete stays.
public struct Interruption: Error, CustomStringConvertible {
    public init() {}
    public var description: String {
        "stopped on request; what was finished is kept, and the same command goes on from there"
    }

    private static let requested = Atomic(false)

    /// Turns the first SIGINT or SIGTERM into a request to stop; a second one ends the process at once.
    /// A file beyond the size that the shell allows (`ulimit -f`) becomes an error of that write, as a full disk is.
    public static func listen() {
        signal(SIGXFSZ, SIG_IGN)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.requested.exchange(true, ordering: .relaxed) { _exit(128 + number) }
            }
        }
    }

    /// Lets a signal end the process at once again: for work that leaves nothing to go on from.
    public static func endAtOnce() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }

    public static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// - Throws: ``Interruption`` once a stop was requested.
    public static func check() throws {
        if isRequested { throw Interruption() }
    }
}
