import Foundation
import TestSupport
import Testing

@testable import Storage

struct FilesTests {
    @Test func thatAFileIsReplacedWholeAndNothingElseIsLeft() throws {
        let scratch = try ScratchFolder()
        try Files.write("first", to: scratch.file("a.txt"))
        try Files.write("second", to: scratch.file("a.txt"))
        #expect(try Files.readText(scratch.file("a.txt")) == "second")
        #expect(scratch.contents == ["a.txt"])
    }

    @Test func thatAFullDiskKeepsTheOldFileAndSaysWhatToDo() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("a.txt")
        try Files.write("old", to: path)
        // The disk takes three bytes, then no more.
        var room = 3
        let message = storageMessage {
            try Files.write(Array("longer".utf8), to: path) { descriptor, bytes, count in
                guard room > 0 else {
                    errno = ENOSPC
                    return -1
                }
                let sent = Foundation.write(descriptor, bytes, min(count, room))
                room -= sent
                return sent
            }
        }
        #expect(
            message
                == "\(path): cannot be written because the disk is full; "
                + "free some space and run again: what was finished is kept")
        #expect(try Files.readText(path) == "old")
        #expect(scratch.contents == ["a.txt"])
    }

    /// `images ` forty times, as gzip packs it.
    private static let packed: [UInt8] = [
        0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xCB, 0xCC, 0x4D, 0x4C, 0x4F, 0x2D, 0x56, 0xC8,
        0x1C, 0xA5, 0x50, 0x29, 0x00, 0x72, 0xC8, 0x61, 0x60, 0x18, 0x01, 0x00, 0x00
    ]

    @Test func thatAFileIsUnpackedIfItIsPacked() throws {
        let scratch = try ScratchFolder()
        let text = Array(String(repeating: "images ", count: 40).utf8)
        try Files.write(Self.packed, to: scratch.file("a.gz"))
        try Files.write(text, to: scratch.file("b"))
        #expect(try Files.readUnpacked(scratch.file("a.gz")) == text)
        #expect(try Files.readUnpacked(scratch.file("b")) == text)
    }

    @Test(arguments: [10, 20, 30])
    func thatAPackedFileThatIsCutOffIsRefused(length: Int) throws {
        let scratch = try ScratchFolder()
        try Files.write(Array(Self.packed.prefix(length)), to: scratch.file("a.gz"))
        #expect(
            storageMessage { _ = try Files.readUnpacked(scratch.file("a.gz")) }?.contains(
                "is packed by gzip, but damaged or cut off") == true)
    }

    @Test func thatAPackedFileWithAFlippedBitIsRefused() throws {
        let scratch = try ScratchFolder()
        var bytes = Self.packed
        // Within the checksum that ends the file.
        bytes[24] ^= 1
        try Files.write(bytes, to: scratch.file("a.gz"))
        #expect(
            storageMessage { _ = try Files.readUnpacked(scratch.file("a.gz")) }?.contains("damaged or cut off") == true)
    }

    @Test func thatDamagedPackedFilesNeverTrapNorGrow() throws {
        let scratch = try ScratchFolder()
        let path = scratch.file("a.gz")
        let mutator = Mutator(valid: Self.packed, seed: 51)
        FuzzCampaign.run("gzip", input: mutator.input) { bytes in
            guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil,
                let content = try? Files.readUnpacked(path)
            else { return false }
            #expect(content.count <= 1032 * (bytes.count + 1))
            return true
        }
    }

    @Test func thatARealFullDeviceIsReportedAsFull() throws {
        // The kernel's device that is always full; what its write returns is what a full disk returns.
        let descriptor = open("/dev/full", O_WRONLY)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let scratch = try ScratchFolder()
        let path = scratch.file("a.txt")
        #expect(throws: StorageError.self) {
            try Files.write([1, 2, 3], to: path) { _, bytes, count in Foundation.write(descriptor, bytes, count) }
        }
        #expect(scratch.contents.isEmpty)
    }

    @Test func thatAReadOnlyFolderIsNamed() {
        // Nobody, not even the superuser, may create a file in sysfs.
        let message = storageMessage { try Files.write("text", to: "/sys/kernel/a.txt") }
        #expect(
            message
                == "/sys/kernel/a.txt: cannot be written because the folder /sys/kernel is read-only; "
                + "change its permissions or choose another output folder")
    }

    @Test func thatAMissingFolderIsNamed() throws {
        let scratch = try ScratchFolder()
        #expect(
            storageMessage { try Files.write("text", to: scratch.file("no/a.txt")) }
                == "\(scratch.file("no/a.txt")): cannot be written because there is no folder \(scratch.file("no")); "
                + "create it or choose another output folder")
    }

    @Test func thatAMissingFileAndAFolderAreToldApart() throws {
        let scratch = try ScratchFolder()
        #expect(
            storageMessage { _ = try Files.read(scratch.file("a")) }
                == "\(scratch.file("a")): there is no such file; check the name and the folder")
        #expect(storageMessage { _ = try Files.read(scratch.path) } == "\(scratch.path): is a folder; name a file")
        #expect(
            storageMessage { _ = try Files.read("/dev/zero") } == "/dev/zero: is not a regular file; name a file")
    }

    @Test func thatAFileInTheWayOfAFolderIsNamed() throws {
        let scratch = try ScratchFolder()
        try Files.write("", to: scratch.file("out"))
        #expect(
            storageMessage { try Files.createFolder(scratch.file("out")) }
                == "\(scratch.file("out")): is a file where a folder is needed; choose another output folder")
        try Files.createFolder(scratch.file("a/b/c"))
        #expect(Files.exists(scratch.file("a/b/c")))
    }

    @Test func thatTextThatIsNotUTF8IsRefusedWithItsLine() throws {
        let scratch = try ScratchFolder()
        try Files.write(Array("one\ntwo \n".utf8) + [0xE4, 0x0A], to: scratch.file("a.csv"))
        #expect(
            storageMessage { _ = try Files.readText(scratch.file("a.csv")) }
                == "\(scratch.file("a.csv")):3: is not UTF-8 text; save it as UTF-8")
    }

    @Test func thatOnlyDeadProcessesLeftoversAreRemoved() throws {
        let scratch = try ScratchFolder()
        // No process has the largest number; this one is alive.
        try Files.write("", to: scratch.file("keep.h5"))
        let dead = ".a.h5.partial-\(Int32.max)-1"
        let alive = ".a.h5.partial-\(getpid())-1"
        for name in [dead, alive] { try Data().write(to: URL(fileURLWithPath: scratch.file(name))) }
        Files.removeLeftovers(in: scratch.path)
        #expect(scratch.contents == [alive, "keep.h5"])
        #expect(Files.names(in: scratch.path) == ["keep.h5"])
    }
}

struct DigestTests {
    private struct Settings {
        var rate = 1.0
        var names = ["a", "b"]
        var limits: [String: Double] = ["x": 1, "y": 2, "z": 3]
        var mode = Mode.plain
        var label: String?
    }

    private enum Mode { case plain, scaled(Double) }

    @Test func thatEqualSettingsAgreeAndAnyChangeShows() {
        let base = Digest.of(Settings())
        #expect(base.count == 32)
        #expect(Digest.of(Settings()) == base)
        var others: Set<String> = [base]
        for change: (inout Settings) -> Void in [
            { $0.rate = 1.0.nextUp }, { $0.names = ["ab"] }, { $0.names = ["b", "a"] }, { $0.limits["y"] = 2.5 },
            { $0.limits["w"] = 1 }, { $0.mode = .scaled(1) }, { $0.mode = .scaled(2) }, { $0.label = "" }
        ] {
            var settings = Settings()
            change(&settings)
            others.insert(Digest.of(settings))
        }
        #expect(others.count == 9)
    }

    @Test func thatTheHashIsFNV1a() {
        // The published offset basis: the hash of nothing.
        #expect(Digest.of() == "6c62272e07bb014262b821756295c58d")
    }

    @Test func thatAnySingleByteChangesTheChecksum() {
        let bytes = (0..<37).map { UInt8($0) }
        let sound = Digest.checksum(bytes[...])
        for index in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[index] ^= 1 << UInt8(bit)
                #expect(Digest.checksum(damaged[...]) != sound)
            }
        }
    }
}
