import Foundation

/// A folder that appears all at once: filled under a temporary name beside its place, then renamed.
///
/// What is killed on the way leaves the temporary folder only, hidden, and a folder that was there before stays as it was.
public struct FolderDraft: Sendable {
    /// Where the files go for now.
    public let path: String
    private let destination: String
    private let replacing: Bool

    /// What to do about a folder that is in the way, where the command can replace it.
    public static let replaceable = "choose another folder, or say --replace if it may go"

    /// Makes the temporary folder.
    /// - Parameters:
    ///   - marker: a file that every folder of this kind holds. A folder without it is never replaced, so that a slip in
    ///     the name cannot cost anybody's own files.
    ///   - replacing: whether a folder of this kind that is there may be replaced. An empty one always may.
    ///   - remedy: what to do about one that may not.
    /// - Throws: ``StorageError`` if something is in the way, or the folder cannot be made.
    public init(
        to destination: String, marker: String, replacing: Bool, remedy: String = "choose another folder"
    ) throws(StorageError) {
        guard !destination.isEmpty else {
            throw StorageError(.unwritable, path: "''", reason: "is no name of a folder", advice: "give one")
        }
        var place = destination
        while place.count > 1, place.hasSuffix("/") { place.removeLast() }
        (self.destination, self.replacing) = (place, replacing)
        try Self.check(place, marker: marker, replacing: replacing, remedy: remedy)
        try Files.createFolder(Files.parent(of: place))
        path = temporaryPath(beside: place)
        try Files.createFolder(path)
    }

    private static func check(
        _ place: String, marker: String, replacing: Bool, remedy: String
    ) throws(StorageError) {
        guard Files.exists(place) else { return }
        guard let contents = try? FileManager.default.contentsOfDirectory(atPath: place) else {
            throw StorageError(
                .unwritable, path: place, reason: "is there and is not a folder", advice: "choose another name")
        }
        guard !contents.isEmpty else { return }
        guard contents.contains(marker) else {
            throw StorageError(
                .unwritable, path: place, reason: "is there and holds other files", advice: "choose another folder")
        }
        guard replacing else {
            throw StorageError(.unwritable, path: place, reason: "is there already", advice: remedy)
        }
    }

    /// Puts the finished folder in its place.
    public func commit() throws(StorageError) {
        let old = temporaryPath(beside: destination)
        let isTaken = Files.exists(destination)
        if isTaken && rename(destination, old) != 0 { throw unwritable(destination, errno) }
        guard rename(path, destination) == 0 else {
            let code = errno
            if isTaken { rename(old, destination) }
            throw unwritable(destination, code)
        }
        if isTaken { try? FileManager.default.removeItem(atPath: old) }
    }

    /// Removes what was written so far.
    public func discard() { try? FileManager.default.removeItem(atPath: path) }

    /// Fills a folder by `body`, which is given the temporary path; leaves all of it or nothing.
    public static func write(
        to destination: String, marker: String, replacing: Bool, remedy: String = "choose another folder",
        _ body: (String) throws -> Void
    ) throws {
        let draft = try FolderDraft(to: destination, marker: marker, replacing: replacing, remedy: remedy)
        do {
            try body(draft.path)
            try draft.commit()
        } catch {
            draft.discard()
            throw error
        }
    }
}
