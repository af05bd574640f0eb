import Foundation

/// Where stored results come from. A stage reruns when its inputs' provenance differs.
public struct Provenance: Equatable, Sendable, Codable {
    /// What the file is, for example `lsi-network`.
    public var format: String
    /// Of the format; readers refuse versions they do not know.
    public var version: Int
    public var seed: UInt64
    /// ``Digest`` of the settings it was made from.
    public var settingsDigest: String

    public init(format: String, version: Int, seed: UInt64, settingsDigest: String) {
        (self.format, self.version, self.seed, self.settingsDigest) = (format, version, seed, settingsDigest)
    }
}

/// Arrays by name with texts beside them: what one HDF5 file of ours holds.
///
/// On disk: a dataset per array (`/` in a name makes groups) and a text attribute of the root per text, the attributes
/// `format`, `version`, `seed` and `settings_digest` for the ``Provenance``, and 16 bytes after the end of the HDF5 data
/// that hold a checksum of all of it; HDF5 readers ignore them. A damaged file is therefore found before the HDF5 library,
/// which does not survive every one, sees it.
public struct NamedArrays: Equatable, Sendable {
    public var arrays: [String: StoredArray]
    public var texts: [String: String]

    public init(arrays: [String: StoredArray] = [:], texts: [String: String] = [:]) {
        (self.arrays, self.texts) = (arrays, texts)
    }

    /// Writes the whole file or nothing.
    public func write(to path: String, provenance: Provenance) throws(StorageError) {
        var document = self
        document.texts["format"] = provenance.format
        document.texts["version"] = "\(provenance.version)"
        document.texts["seed"] = "\(provenance.seed)"
        document.texts["settings_digest"] = provenance.settingsDigest
        var bytes: [UInt8]
        do {
            bytes = try HDF5.encode(document)
        } catch {
            throw StorageError(
                .unwritable, path: path, reason: "cannot be assembled (\(error.reason))",
                advice: "this should not happen; please report it")
        }
        bytes += Footer(of: bytes[...]).bytes
        try Files.write(bytes, to: path)
    }

    /// Reads a file of ours.
    /// - Parameters:
    ///   - format: what it must be.
    ///   - version: the newest version the caller understands.
    ///   - remedy: what to do if the file is damaged.
    public static func read(
        _ path: String, format: String, version: Int,
        remedy: String = "delete it and run again: it will be made anew"
    ) throws(StorageError) -> (NamedArrays, Provenance) {
        let bytes = try Files.read(path)
        guard let footer = Footer(endOf: bytes) else {
            throw StorageError(
                .damaged, path: path, reason: "is truncated, or not a file that lsi wrote", advice: remedy)
        }
        let content = bytes.dropLast(Footer.size)
        guard footer == Footer(of: content) else {
            throw StorageError(.damaged, path: path, reason: "is corrupt: its checksum does not match", advice: remedy)
        }
        let document: NamedArrays
        do {
            document = try HDF5.decode(Array(content))
        } catch {
            throw StorageError(
                .damaged, path: path, reason: "is not a sound HDF5 file (\(error.reason))", advice: remedy)
        }
        return (document, try provenance(of: document, path: path, format: format, version: version))
    }

    /// Reads the numeric arrays of an HDF5 file of any origin, in a process of its own: whatever the file does to the
    /// HDF5 library does not happen here.
    /// - Parameter dataset: the one wanted, all if `nil`.
    public static func importing(_ path: String, dataset: String? = nil) throws(StorageError) -> NamedArrays {
        let bytes = try Files.read(path)
        do {
            return NamedArrays(arrays: try HDF5.decodeIsolated(bytes, dataset: dataset))
        } catch {
            throw StorageError(
                .damaged, path: path, reason: "is not a sound HDF5 file (\(error.reason))",
                advice: "write it again with the program that made it")
        }
    }

    /// Reads an HDF5 file of any origin, to show what it holds: of one of ours the texts too, of another the arrays.
    public static func showing(_ path: String) throws(StorageError) -> NamedArrays {
        let bytes = try Files.read(path)
        guard let footer = Footer(endOf: bytes) else { return try importing(path) }
        let content = bytes.dropLast(Footer.size)
        func damaged(_ reason: String) -> StorageError {
            StorageError(
                .damaged, path: path, reason: "is damaged: \(reason)",
                advice: "delete it and run again: it will be made anew")
        }
        guard footer == Footer(of: content) else { throw damaged("its checksum does not match") }
        do { return try HDF5.decode(Array(content)) } catch { throw damaged(error.reason) }
    }

    /// The array of a name in single precision.
    /// - Throws: ``StorageError`` if it is not there or has another shape.
    public func floats(_ name: String, shape: [Int], path: String) throws(StorageError) -> [Float] {
        try array(name, shape: shape, path: path).floats
    }

    /// The array of a name in double precision.
    /// - Throws: ``StorageError`` if it is not there or has another shape.
    public func doubles(_ name: String, shape: [Int], path: String) throws(StorageError) -> [Double] {
        try array(name, shape: shape, path: path).doubles
    }

    /// The array of a name.
    /// - Throws: ``StorageError`` if it is not there or has another shape.
    public func array(_ name: String, shape: [Int]? = nil, path: String) throws(StorageError) -> StoredArray {
        guard let array = arrays[name] else {
            throw StorageError(
                .unsuitable, path: path, reason: "has no dataset \(name)",
                advice: "it has \(arrays.keys.sorted().joined(separator: ", "))")
        }
        if let shape, array.shape != shape {
            throw StorageError(
                .unsuitable, path: path, reason: "its dataset \(name) has shape \(array.shape) instead of \(shape)",
                advice: "it belongs to other settings; delete it and run again")
        }
        return array
    }

    private static func provenance(
        of document: NamedArrays, path: String, format: String, version: Int
    ) throws(StorageError) -> Provenance {
        let found = document.texts["format"] ?? "unknown"
        guard found == format else {
            throw StorageError(
                .unsuitable, path: path, reason: "is of format \(found) instead of \(format)",
                advice: "name another file")
        }
        let foundVersion = document.texts["version"].flatMap { Int($0) } ?? 0
        guard (1...version).contains(foundVersion) else {
            throw StorageError(
                .unsuitable, path: path,
                reason: "is of version \(foundVersion) of \(format); this program knows 1 to \(version)",
                advice: "use a newer lsi, or delete the file and run again")
        }
        guard let seed = document.texts["seed"].flatMap({ UInt64($0) }),
            let digest = document.texts["settings_digest"]
        else {
            throw StorageError(
                .damaged, path: path, reason: "does not say which settings it was made from",
                advice: "delete it and run again")
        }
        return Provenance(format: format, version: foundVersion, seed: seed, settingsDigest: digest)
    }
}

/// The last 16 bytes of a file: a mark and the checksum of what stands before it, least significant byte first.
private struct Footer: Equatable {
    static let size = 16
    private static let mark = Array("LSI-SUM1".utf8)
    let checksum: UInt64

    init(of content: ArraySlice<UInt8>) { checksum = Digest.checksum(content) }

    init?(endOf bytes: [UInt8]) {
        let end = bytes.suffix(Self.size)
        guard end.count == Self.size, end.starts(with: Self.mark) else { return nil }
        checksum = end.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    var bytes: [UInt8] {
        Self.mark + (0..<8).map { UInt8(truncatingIfNeeded: checksum >> (8 * UInt64($0))) }
    }
}
