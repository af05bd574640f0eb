import Foundation

/// The two streams of a program at a terminal or in a pipe.
public enum StandardStream {
    case output, error

    /// Writes all of `text`.
    /// - Returns: zero, or the system's number of the error that kept part of it from being written. On the stream of errors
    ///   it is no matter: there the work goes on, where `FileHandle` would end it.
    @discardableResult
    public func write(_ text: String) -> Int32 {
        let descriptor = self == .output ? STDOUT_FILENO : STDERR_FILENO
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : EIO }
            rest = rest.dropFirst(count)
        }
        return 0
    }
}
