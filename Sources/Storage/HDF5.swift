import CHDF5
import Foundation

/// What HDF5 refused, in its own words where it has any.
struct HDF5Failure: Error {
    let reason: String
}

/// The only place that calls the HDF5 library.
///
/// Files are assembled and taken apart in memory: the library never writes to a disk, so that a full one cannot leave it
/// in a broken state, and one write, one sync and one rename put the finished bytes in place. The serial library is not
/// safe for threads: a lock keeps calls apart.
enum HDF5 {
    /// Arrays above this are cut into chunks, shuffled and deflated: fields of two facies shrink tenfold.
    private static let compressedFrom = 4096
    private static let chunkBytes = 1 << 20

    /// The bytes of an HDF5 file that holds `document`. The same document gives the same bytes: no times are stored.
    static func encode(_ document: NamedArrays) throws(HDF5Failure) -> [UInt8] {
        try exclusively { () throws(HDF5Failure) in
            let access = try Handle(H5Pcreate(lsi_h5_file_access()), H5Pclose)
            try check(H5Pset_fapl_core(access.id, 1 << 20, false))
            let creation = try Handle(H5Pcreate(lsi_h5_file_create()), H5Pclose)
            try check(H5Pset_obj_track_times(creation.id, false))
            try check(lsi_h5_allow_large_attributes(creation.id))
            let file = try Handle(H5Fcreate("memory", lsi_h5_truncate(), creation.id, access.id), H5Fclose)
            try createGroups(of: document.arrays.keys.sorted(), in: file.id)
            for (name, array) in document.arrays.sorted(by: { $0.key < $1.key }) {
                try write(array, named: name, to: file.id)
            }
            for (name, text) in document.texts.sorted(by: { $0.key < $1.key }) {
                try write(text, named: name, to: file.id)
            }
            try check(H5Fflush(file.id, H5F_SCOPE_GLOBAL))
            let size = H5Fget_file_image(file.id, nil, 0)
            guard size > 0 else { throw failure() }
            var bytes = [UInt8](repeating: 0, count: size)
            guard H5Fget_file_image(file.id, &bytes, size) == size else { throw failure() }
            return bytes
        }
    }

    /// The numeric datasets and root text attributes of the HDF5 file that `bytes` are.
    ///
    /// For files known to be whole only; see ``decodeIsolated(_:dataset:)`` for others.
    static func decode(_ bytes: [UInt8]) throws(HDF5Failure) -> NamedArrays {
        var image = bytes
        return try exclusively { () throws(HDF5Failure) in
            let access = try Handle(H5Pcreate(lsi_h5_file_access()), H5Pclose)
            try check(H5Pset_fapl_core(access.id, 1 << 20, false))
            try check(H5Pset_file_image(access.id, &image, image.count))
            let file = try Handle(H5Fopen("memory", lsi_h5_read_only(), access.id), H5Fclose)
            var document = NamedArrays()
            // No honest array is larger than its file by more than what deflate can save.
            let limit = 1032 * bytes.count
            for name in try linkNames(in: file.id) {
                document.arrays[name] = try readArray(named: name, from: file.id, limit: limit)
            }
            for name in try attributeNames(of: file.id) {
                document.texts[name] = try readText(named: name, from: file.id, limit: bytes.count)
            }
            return document
        }
    }
}

// MARK: - Writing

extension HDF5 {
    /// Every group on the way to the given paths, each once.
    private static func createGroups(of paths: [String], in file: hid_t) throws(HDF5Failure) {
        var created: Set<String> = []
        let creation = try Handle(H5Pcreate(lsi_h5_group_create()), H5Pclose)
        try check(H5Pset_obj_track_times(creation.id, false))
        for path in paths {
            let parts = path.split(separator: "/")
            for length in 1..<max(parts.count, 1) {
                let group = parts.prefix(length).joined(separator: "/")
                guard created.insert(group).inserted else { continue }
                _ = try Handle(H5Gcreate2(file, group, lsi_h5_default(), creation.id, lsi_h5_default()), H5Gclose)
            }
        }
    }

    private static func write(_ array: StoredArray, named name: String, to file: hid_t) throws(HDF5Failure) {
        switch array.values {
        case .float(let values): try write(values, array.shape, lsi_h5_native_float(), name, file)
        case .double(let values): try write(values, array.shape, lsi_h5_native_double(), name, file)
        case .byte(let values): try write(values, array.shape, lsi_h5_native_uint8(), name, file)
        case .integer(let values): try write(values, array.shape, lsi_h5_native_int64(), name, file)
        }
    }

    private static func write<Element: BitwiseCopyable>(
        _ values: [Element], _ shape: [Int], _ type: hid_t, _ name: String, _ file: hid_t
    ) throws(HDF5Failure) {
        let space = try Handle(
            shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), shape.map(hsize_t.init), nil),
            H5Sclose)
        let creation = try Handle(H5Pcreate(lsi_h5_dataset_create()), H5Pclose)
        try check(H5Pset_obj_track_times(creation.id, false))
        if values.count * MemoryLayout<Element>.size >= compressedFrom, !shape.isEmpty {
            let chunk = chunkShape(of: shape, elementSize: MemoryLayout<Element>.size)
            try check(H5Pset_chunk(creation.id, Int32(chunk.count), chunk.map(hsize_t.init)))
            try check(H5Pset_shuffle(creation.id))
            try check(H5Pset_deflate(creation.id, 1))
        }
        let set = try Handle(
            H5Dcreate2(file, name, type, space.id, lsi_h5_default(), creation.id, lsi_h5_default()), H5Dclose)
        guard !values.isEmpty else { return }
        try check(H5Dwrite(set.id, type, lsi_h5_all(), lsi_h5_all(), lsi_h5_default(), values))
    }

    /// The largest block of whole trailing axes within ``chunkBytes``.
    private static func chunkShape(of shape: [Int], elementSize: Int) -> [Int] {
        var chunk = shape
        for axis in shape.indices {
            let rest = chunk[(axis + 1)...].reduce(elementSize, *)
            chunk[axis] = min(chunk[axis], max(1, chunkBytes / rest))
            if rest <= chunkBytes { break }
        }
        return chunk
    }

    private static func write(_ text: String, named name: String, to file: hid_t) throws(HDF5Failure) {
        let bytes = Array(text.utf8)
        let type = try Handle(H5Tcopy(lsi_h5_c_string()), H5Tclose)
        // A string type cannot have size zero; it is padded with zero bytes, which reading drops.
        try check(H5Tset_size(type.id, max(bytes.count, 1)))
        try check(H5Tset_strpad(type.id, H5T_STR_NULLPAD))
        try check(H5Tset_cset(type.id, H5T_CSET_UTF8))
        let space = try Handle(H5Screate(H5S_SCALAR), H5Sclose)
        let attribute = try Handle(
            H5Acreate2(file, name, type.id, space.id, lsi_h5_default(), lsi_h5_default()), H5Aclose)
        try check(H5Awrite(attribute.id, type.id, bytes.isEmpty ? [0] : bytes))
    }
}

// MARK: - Reading

extension HDF5 {
    /// A list that a C callback fills.
    private final class NameList {
        var names: [String] = []
    }

    private static func linkNames(in file: hid_t) throws(HDF5Failure) -> [String] {
        let list = NameList()
        try check(
            lsi_h5_visit_links(
                file,
                { name, context in
                    guard let name, let context else { return }
                    Unmanaged<NameList>.fromOpaque(context).takeUnretainedValue().names.append(String(cString: name))
                }, Unmanaged.passUnretained(list).toOpaque()))
        return withExtendedLifetime(list) { list.names }
    }

    private static func attributeNames(of file: hid_t) throws(HDF5Failure) -> [String] {
        let list = NameList()
        var start: hsize_t = 0
        try check(
            H5Aiterate2(
                file, H5_INDEX_NAME, H5_ITER_INC, &start,
                { _, name, _, context in
                    guard let name, let context else { return 0 }
                    Unmanaged<NameList>.fromOpaque(context).takeUnretainedValue().names.append(String(cString: name))
                    return 0
                }, Unmanaged.passUnretained(list).toOpaque()))
        return withExtendedLifetime(list) { list.names }
    }

    /// `nil` for a group and for a dataset that holds no numbers.
    private static func readArray(
        named name: String, from file: hid_t, limit: Int
    ) throws(HDF5Failure) -> StoredArray? {
        let object = try Handle(H5Oopen(file, name, lsi_h5_default()), H5Oclose)
        guard H5Iget_type(object.id) == H5I_DATASET else { return nil }
        let type = try Handle(H5Dget_type(object.id), H5Tclose)
        let space = try Handle(H5Dget_space(object.id), H5Sclose)
        let rank = Int(H5Sget_simple_extent_ndims(space.id))
        guard rank >= 0, rank <= 32, H5Sget_simple_extent_type(space.id) != H5S_NULL else { return nil }
        var extents = [hsize_t](repeating: 0, count: max(rank, 1))
        if rank > 0 { _ = H5Sget_simple_extent_dims(space.id, &extents, nil) }
        let shape = extents.prefix(rank).compactMap { Int(exactly: $0) }
        guard shape.count == rank, let count = elementCount(of: shape), count <= limit / 8 || count <= 1024 else {
            throw HDF5Failure(reason: "declares \(extents.prefix(rank)) values for \(name), more than it can hold")
        }
        let size = H5Tget_size(type.id)
        switch H5Tget_class(type.id) {
        case H5T_FLOAT where size <= 4:
            let values: [Float] = try read(object.id, lsi_h5_native_float(), count, 0)
            return StoredArray(values, shape: shape)
        case H5T_FLOAT:
            let values: [Double] = try read(object.id, lsi_h5_native_double(), count, 0)
            return StoredArray(values, shape: shape)
        case H5T_ENUM where size == 1, H5T_INTEGER where size == 1 && H5Tget_sign(type.id) == H5T_SGN_NONE:
            let values: [UInt8] = try read(object.id, lsi_h5_native_uint8(), count, 0)
            return StoredArray(values, shape: shape)
        case H5T_INTEGER:
            let values: [Int64] = try read(object.id, lsi_h5_native_int64(), count, 0)
            return StoredArray(values, shape: shape)
        default:
            return nil
        }
    }

    private static func read<Element: BitwiseCopyable>(
        _ set: hid_t, _ type: hid_t, _ count: Int, _ zero: Element
    ) throws(HDF5Failure) -> [Element] {
        var values = [Element](repeating: zero, count: count)
        guard count > 0 else { return values }
        try check(H5Dread(set, type, lsi_h5_all(), lsi_h5_all(), lsi_h5_default(), &values))
        return values
    }

    /// `nil` for an attribute that is not one text of fixed length.
    private static func readText(named name: String, from file: hid_t, limit: Int) throws(HDF5Failure) -> String? {
        let attribute = try Handle(H5Aopen(file, name, lsi_h5_default()), H5Aclose)
        let type = try Handle(H5Aget_type(attribute.id), H5Tclose)
        let space = try Handle(H5Aget_space(attribute.id), H5Sclose)
        guard H5Tget_class(type.id) == H5T_STRING, H5Tis_variable_str(type.id) == 0,
            H5Sget_simple_extent_npoints(space.id) == 1
        else { return nil }
        let size = H5Tget_size(type.id)
        guard size <= limit else { throw HDF5Failure(reason: "declares a text of \(size) bytes") }
        var bytes = [UInt8](repeating: 0, count: size)
        try check(H5Aread(attribute.id, type.id, &bytes))
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

// MARK: - Handles, status, lock

/// An identifier that HDF5 gave, closed with this value.
private struct Handle: ~Copyable {
    let id: hid_t
    private let close: (hid_t) -> herr_t

    init(_ id: hid_t, _ close: @escaping (hid_t) -> herr_t) throws(HDF5Failure) {
        guard id >= 0 else { throw failure() }
        (self.id, self.close) = (id, close)
    }

    deinit { _ = close(id) }
}

private func check(_ status: herr_t) throws(HDF5Failure) {
    guard status >= 0 else { throw failure() }
}

private func failure() -> HDF5Failure {
    var text = [CChar](repeating: 0, count: 256)
    lsi_h5_error(&text, text.count)
    let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return HDF5Failure(reason: reason.isEmpty ? "the HDF5 library refused a call" : reason)
}

private let lock = NSLock()

func exclusively<Result>(_ body: () throws(HDF5Failure) -> Result) throws(HDF5Failure) -> Result {
    lock.lock()
    defer { lock.unlock() }
    lsi_h5_silence()
    return try body()
}
