import Foundation

/// Whole files to and from memory; the only place that calls the operating system for their content.
public enum Files {
    /// - Throws: ``StorageError`` if the file is missing, not a regular file, or cannot be read.
    public static func read(_ path: String) throws(StorageError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            let isFolder = status.st_mode & S_IFMT == S_IFDIR
            throw StorageError(
                .unreadable, path: path, reason: isFolder ? "is a folder" : "is not a regular file",
                advice: "name a file")
        }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let received = Foundation.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                if received < 0 && errno == EINTR { continue }
                if received < 0 { failure = errno }
                if received <= 0 { break }
                count += received
            }
        }
        guard failure == 0 else { throw unreadable(path, failure) }
        return bytes
    }

    /// A text file without its byte-order mark.
    /// - Throws: ``StorageError`` as ``read(_:)``, or if the bytes are not UTF-8.
    public static func readText(_ path: String) throws(StorageError) -> String {
        var bytes = try read(path)[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let valid = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\u{FFFD}" }
            throw StorageError(
                .damaged, path: path, line: 1 + valid.count(where: \.isNewline), reason: "is not UTF-8 text",
                advice: "save it as UTF-8")
        }
        return text
    }

    /// Writes a file so that a reader sees all of it or none: to a temporary name in the same folder, synchronised to
    /// the disk, then renamed.
    /// - Throws: ``StorageError``; nothing is left behind then, and a file of that name stays as it was.
    public static func write(_ bytes: [UInt8], to path: String) throws(StorageError) {
        try write(bytes, to: path, through: Foundation.write)
    }

    public static func write(_ text: String, to path: String) throws(StorageError) {
        try write(Array(text.utf8), to: path)
    }

    /// What `write(2)` looks like; tests put a failing one in its place.
    typealias Writer = (_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int

    static func write(_ bytes: [UInt8], to path: String, through writer: Writer) throws(StorageError) {
        let temporary = temporaryPath(beside: path)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        var failure = transfer(bytes, to: descriptor, through: writer)
        if failure == 0 && fsync(descriptor) != 0 { failure = errno }
        // Network file systems report a full disk as late as here.
        if close(descriptor) != 0 && failure == 0 { failure = errno }
        if failure == 0 && rename(temporary, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(temporary)
            throw unwritable(path, failure)
        }
        synchroniseFolder(of: path)
    }

    private static func transfer(_ bytes: [UInt8], to descriptor: Int32, through writer: Writer) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = writer(descriptor, buffer.baseAddress! + sent, buffer.count - sent)
                if count < 0 && errno == EINTR { continue }
                if count <= 0 { return count < 0 ? errno : ENOSPC }
                sent += count
            }
            return 0
        }
    }

    /// Creates a folder and those above it.
    public static func createFolder(_ path: String) throws(StorageError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder.boolValue else {
                throw StorageError(
                    .unwritable, path: path, reason: "is a file where a folder is needed",
                    advice: "choose another output folder")
            }
            return
        }
        let parent = Files.parent(of: path)
        if parent != path { try createFolder(parent) }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw unwritable(path, errno) }
    }

    /// The names in a folder in order, temporary files left out; empty if there is no such folder.
    public static func names(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { !$0.contains(temporaryMark) }.sorted()
    }

    public static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Removes a file; one that is not there is no error.
    public static func remove(_ path: String) throws(StorageError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw unwritable(path, errno) }
    }

    /// Removes the temporary files that killed processes left in a folder.
    public static func removeLeftovers(in folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            guard let mark = name.range(of: temporaryMark),
                let process = name[mark.upperBound...].split(separator: "-").first.flatMap({ Int32($0) }),
                kill(process, 0) != 0 && errno == ESRCH
            else { continue }
            unlink(folder + "/" + name)
        }
    }
}

private let temporaryMark = ".partial-"

/// Unique among processes and among the tasks of this one; hidden, so that no listing takes it for a result.
func temporaryPath(beside path: String) -> String {
    "\(Files.parent(of: path))/.\(Files.name(of: path))\(temporaryMark)\(getpid())-\(UInt64.random(in: 0 ... .max))"
}

extension Files {
    /// The folder that a path lies in: `.` for a bare name. Foundation's own traps on names of one character.
    public static func parent(of path: String) -> String {
        let bare = withoutTrailingSlashes(path)
        guard let slash = bare.lastIndex(of: "/") else { return "." }
        return slash == bare.startIndex ? "/" : withoutTrailingSlashes(String(bare[..<slash]))
    }

    /// The last part of a path.
    public static func name(of path: String) -> String {
        let bare = withoutTrailingSlashes(path)
        return bare.lastIndex(of: "/").map { bare == "/" ? bare : String(bare[bare.index(after: $0)...]) } ?? bare
    }

    private static func withoutTrailingSlashes(_ path: String) -> String {
        var bare = Substring(path)
        while bare.count > 1, bare.hasSuffix("/") { bare.removeLast() }
        return String(bare)
    }
}

/// Makes the rename itself last through a power cut. Some file systems refuse it; the content is safe either way.
private func synchroniseFolder(of path: String) {
    let descriptor = open(Files.parent(of: path), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
}

private func unreadable(_ path: String, _ code: Int32) -> StorageError {
    switch code {
    case ENOENT, ENOTDIR:
        StorageError(.missing, path: path, reason: "there is no such file", advice: "check the name and the folder")
    case EACCES, EPERM:
        StorageError(
            .unreadable, path: path, reason: "may not be read by this user", advice: "change its permissions")
    default:
        StorageError(
            .unreadable, path: path, reason: "cannot be read (\(String(cString: strerror(code))))",
            advice: "check the disk")
    }
}

func unwritable(_ path: String, _ code: Int32) -> StorageError {
    switch code {
    case ENOSPC, EDQUOT:
        StorageError(
            .diskFull, path: path, reason: "cannot be written because the disk is full",
            advice: "free some space and run again: what was finished is kept")
    case EFBIG:
        StorageError(
            .diskFull, path: path, reason: "cannot be written because it is larger than files may be here",
            advice: "raise the limit ('ulimit -f unlimited') and run again: what was finished is kept")
    case EACCES, EPERM, EROFS:
        StorageError(
            .unwritable, path: path,
            reason: "cannot be written because the folder \(Files.parent(of: path)) is read-only",
            advice: "change its permissions or choose another output folder")
    case ENOENT, ENOTDIR:
        StorageError(
            .unwritable, path: path, reason: "cannot be written because there is no folder \(Files.parent(of: path))",
            advice: "create it or choose another output folder")
    default:
        StorageError(
            .unwritable, path: path, reason: "cannot be written (\(String(cString: strerror(code))))",
            advice: "check the disk")
    }
}
