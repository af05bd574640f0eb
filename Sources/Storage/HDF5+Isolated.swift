import CHDF5
import Foundation

extension HDF5 {
    /// The numeric datasets of an HDF5 file of unknown origin, read by a child process.
    /// - Parameter dataset: the one wanted, all if `nil`.
    /// - Throws: ``HDF5Failure`` with the library's reason, or that it crashed or gave up.
    static func decodeIsolated(
        _ bytes: [UInt8], dataset: String?
    ) throws(HDF5Failure) -> [String: StoredArray] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw HDF5Failure(reason: "no pipe could be opened") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        // No honest array is larger than its file by more than what deflate can save.
        let limit = UInt64(1032 * bytes.count + 4096)
        // The lock keeps other threads out of the library while its state is copied into the child.
        let child = try exclusively { () throws(HDF5Failure) in
            lsi_h5_export_isolated(bytes, bytes.count, dataset, ends[1], limit)
        }
        close(ends[1])
        guard child > 0 else { throw HDF5Failure(reason: "no process could be started") }
        let received = receive(from: ends[0], limit: 4 * Int(limit))
        if received == nil { kill(child, SIGKILL) }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        guard let received else { throw HDF5Failure(reason: "its arrays are larger than it can hold") }
        var records = ExportedRecords(bytes: received)
        return try records.read()
    }

    /// Everything until the other end closes; `nil` beyond `limit`.
    private static func receive(from descriptor: Int32, limit: Int) -> [UInt8]? {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return received }
            guard received.count + count <= limit else { return nil }
            received += buffer[..<count]
        }
    }
}

/// What the child sent; see `lsi_h5_export_isolated`. It may have been cut short by a crash.
private struct ExportedRecords {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() throws(HDF5Failure) -> [String: StoredArray] {
        var arrays: [String: StoredArray] = [:]
        while true {
            guard let kind = word(UInt32.self), let length = word(UInt32.self), let rank = word(UInt32.self),
                let name = take(Int(length)), rank <= 32
            else { throw HDF5Failure(reason: "the HDF5 library crashed on it") }
            let text = String(decoding: name, as: UTF8.self)
            switch lsi_h5_record(kind) {
            case LSI_H5_END: return arrays
            case LSI_H5_FAILURE: throw HDF5Failure(reason: text.isEmpty ? "the HDF5 library refused it" : text)
            default: arrays[text] = try array(lsi_h5_record(kind), rank: Int(rank))
            }
        }
    }

    private mutating func array(_ kind: lsi_h5_record, rank: Int) throws(HDF5Failure) -> StoredArray {
        let shape = (0..<rank).compactMap { _ in word(UInt64.self).flatMap { Int(exactly: $0) } }
        guard shape.count == rank, let count = elementCount(of: shape), count <= bytes.count else {
            throw HDF5Failure(reason: "the HDF5 library crashed on it")
        }
        let values: StoredArray.Values? =
            switch kind {
            case LSI_H5_FLOAT: words(count, UInt32.self).map { .float($0.map { Float(bitPattern: $0) }) }
            case LSI_H5_DOUBLE: words(count, UInt64.self).map { .double($0.map { Double(bitPattern: $0) }) }
            case LSI_H5_BYTE: take(count).map { .byte(Array($0)) }
            default: words(count, Int64.self).map { .integer($0) }
            }
        guard let values else { throw HDF5Failure(reason: "the HDF5 library crashed on it") }
        return StoredArray(shape: shape, values: values)
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    private mutating func word<Word: FixedWidthInteger>(_ type: Word.Type) -> Word? { words(1, type)?.first }

    private mutating func words<Word: FixedWidthInteger>(_ count: Int, _ type: Word.Type) -> [Word]? {
        let size = MemoryLayout<Word>.size
        guard count <= bytes.count / size, let content = take(count * size) else { return nil }
        return content.withUnsafeBytes { buffer in
            (0..<count).map { buffer.loadUnaligned(fromByteOffset: $0 * size, as: Word.self) }
        }
    }
}
