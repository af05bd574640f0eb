import Foundation

/// Reads whole files whose size and kind were checked first, so that neither a pipe, a device nor a huge file hangs us.
enum TextFile {
    /// Beyond any two-dimensional deck.
    static let sizeLimit = 512 << 20

    static func bytes(of url: URL, named name: String) throws(DeckError) -> [UInt8] {
        func failure(_ message: String) -> DeckError {
            DeckError([DeckProblem(file: name, line: 0, keyword: "", message: message)])
        }
        let resolved = url.resolvingSymlinksInPath()
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: resolved.path)
        } catch {
            throw failure("does not exist or cannot be read")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else { throw failure("is not a regular file") }
        let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
        guard size <= sizeLimit else { throw failure("is larger than \(sizeLimit >> 20) MiB") }
        do {
            return [UInt8](try Data(contentsOf: resolved))
        } catch {
            throw failure("cannot be read")
        }
    }
}
