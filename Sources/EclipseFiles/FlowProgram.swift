import Foundation
import Reservoir
import Synchronization

/// The program `flow` of the Open Porous Media project.
struct FlowProgram: Equatable, Sendable {
    let executable: URL
    /// The first line of `flow --version`.
    let version: String

    /// - Parameter name: looked for on the `PATH`, or a path with a slash in it.
    /// - Throws: ``SimulationFailure`` saying what to install.
    init(named name: String = "flow", path: String? = ProcessInfo.processInfo.environment["PATH"])
        throws(SimulationFailure)
    {
        let folders = (path ?? "").split(separator: ":").map(String.init)
        let candidates = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw SimulationFailure(
                "OPM Flow is not installed: no program `\(name)` on the PATH. On Debian and Ubuntu: "
                    + "apt-get install libopm-simulators-bin")
        }
        executable = URL(fileURLWithPath: found)
        // Asked for by every stage of a case; starting the program takes a tenth of a second or more.
        if let known = Self.versions.withLock({ [executable] in $0[executable] }) {
            version = known
        } else {
            version = try Self.version(of: executable)
            Self.versions.withLock { [version, executable] in $0[executable] = version }
        }
    }

    private static let versions = Mutex<[URL: String]>([:])

    private static func version(of executable: URL) throws(SimulationFailure) -> String {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lsi-flow-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw SimulationFailure("cannot make a scratch folder at \(folder.path): \(error.localizedDescription)")
        }
        let run = try ChildProcess(executable: executable, arguments: ["--version"], folder: folder, timeout: 30).run()
        let line = run.log.split(separator: "\n").first.map(String.init) ?? ""
        guard run.status == 0, line.hasPrefix("flow") else {
            throw SimulationFailure(
                "\(executable.path) does not answer `--version` as OPM Flow does, but: \(line.prefix(80))")
        }
        return line
    }

    /// Runs a deck to its end, on one thread.
    /// - Parameter folder: where the deck lies and the results go.
    /// - Throws: ``SimulationFailure`` if the run does not end well, which its exit code alone does not tell.
    func simulate(
        deckNamed deck: String, in folder: URL, arguments: [String], timeout: Double
    ) throws(SimulationFailure) {
        let own = [
            deck, "--output-dir=\(folder.path)", "--threads-per-process=1", "--enable-async-ecl-output=false"
        ]
        let run = try ChildProcess(
            executable: executable, arguments: own + arguments, folder: folder, timeout: timeout
        ).run()
        guard run.status == 0 else {
            throw SimulationFailure("flow ended with code \(run.status): \(Self.lastMessage(run.log))")
        }
        if let line = Self.shutWell(run.log) { throw SimulationFailure("flow shut a well it could not solve: \(line)") }
    }

    /// The line that tells of a well shut because it did not converge: the run goes on without it and exits with zero.
    static func shutWell(_ log: String) -> String? {
        let signs = ["were shut:", "cannot get converged"]
        return log.split(separator: "\n").first { line in signs.contains { line.contains($0) } }
            .map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// How lines begin that the launcher adds to the program's own when it is ended.
    private static let launcherWords = [
        "MPI_ABORT was invoked", "with errorcode", "NOTE: invoking MPI_ABORT", "You may or may not see output",
        "exactly when Open MPI"
    ]

    /// What the log says about an error, on one line.
    static func lastMessage(_ log: String) -> String {
        let lines = log.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { line in line.contains { $0.isLetter } && !launcherWords.contains { line.hasPrefix($0) } }
        let start = lines.firstIndex { $0.hasPrefix("Error") } ?? max(lines.count - 3, 0)
        return String(lines[start...].prefix(4).joined(separator: " ").prefix(400))
    }
}
