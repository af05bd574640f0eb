import CPNG

/// PNG images as grey levels of 0 to 255, decoded by libpng; the only user of it.
enum PNG {
    /// Pixels an image may have: a header of a few bytes can claim any number.
    private static let largestCount = 1 << 26
    /// Pixels that a byte of the file can hold: eight of one bit, packed as far as deflate can.
    private static let mostPixelsPerByte = 8 * 1032

    /// Colours become grey by their luminance; what is transparent becomes black.
    /// - Throws: ``StorageError`` if the bytes are not a sound PNG image, or one too large.
    static func parse(_ bytes: [UInt8], path: String) throws(StorageError) -> GreyImage {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { png_image_free(&image) }
        guard png_image_begin_read_from_memory(&image, bytes, bytes.count) != 0 else {
            throw damaged(path, message(of: image))
        }
        let (columns, rows) = (Int(image.width), Int(image.height))
        guard let count = elementCount(of: [rows, columns]), count > 0, count <= largestCount else {
            throw StorageError(
                .unsuitable, path: path, reason: "has \(columns) x \(rows) pixels",
                advice: "cut it to at most \(largestCount) pixels")
        }
        guard count <= mostPixelsPerByte * bytes.count else {
            throw damaged(path, "\(columns) x \(rows) pixels cannot be in \(bytes.count) bytes")
        }
        image.format = png_uint_32(PNG_FORMAT_GRAY)
        var levels = [UInt8](repeating: 0, count: count)
        var black = png_color(red: 0, green: 0, blue: 0)
        guard png_image_finish_read(&image, &black, &levels, png_int_32(columns), nil) != 0 else {
            throw damaged(path, message(of: image))
        }
        return GreyImage(columns: columns, rows: rows, levels: levels, largest: 255)
    }

    private static func damaged(_ path: String, _ message: String) -> StorageError {
        StorageError(
            .damaged, path: path, reason: "is not a sound PNG image (\(message))",
            advice: "write it again with an image program")
    }

    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
