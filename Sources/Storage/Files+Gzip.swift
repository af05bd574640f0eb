import CZlib

extension Files {
    /// No file that a case names unpacks to more than this; one that does was made to fill the memory.
    static let mostUnpacked = 1 << 31

    /// The content of a file that may be packed by gzip; one that is not comes as it is.
    /// - Throws: ``StorageError`` as ``read(_:)``, or if the packed file is damaged or cut off.
    public static func readUnpacked(_ path: String) throws(StorageError) -> [UInt8] {
        let bytes = try read(path)
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        guard let file = gzopen(path, "rb") else {
            throw StorageError(.unreadable, path: path, reason: "cannot be opened", advice: "check that it is readable")
        }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var received: Int32 = 0
        repeat {
            received = gzread(file, &buffer, UInt32(buffer.count))
            if received > 0 { result += buffer[..<Int(received)] }
        } while received > 0 && result.count <= mostUnpacked
        // Closing tells whether the last member was complete.
        let status = gzclose_r(file)
        guard received == 0, status == Z_OK else {
            let isLarge = result.count > mostUnpacked
            throw StorageError(
                .damaged, path: path,
                reason: isLarge ? "unpacks to more than 2 GiB" : "is packed by gzip, but damaged or cut off",
                advice: "fetch it again, or unpack it with gunzip to see what is wrong")
        }
        return result
    }
}
