import Foundation

/// Something outside the case file stopped a stage: what, why, and what to do about it.
public struct PipelineError: Error, Equatable, Sendable, CustomStringConvertible {
    public let what: String
    public let reason: String
    public let advice: String

    public init(_ what: String, reason: String, advice: String) {
        (self.what, self.reason, self.advice) = (what, reason, advice)
    }

    public var description: String { "\(what): \(reason)\n  \(advice)" }
}

extension Error {
    /// The system's own words for a Cocoa or POSIX error, without its wrapping.
    var reasonText: String {
        let error = self as NSError
        if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError { return underlying.reasonText }
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        return error.localizedDescription
    }
}
