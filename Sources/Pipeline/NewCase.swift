import CaseFiles
import EclipseFiles
import Foundation
import Storage

/// Writes the case that a new user starts from.
public enum NewCase {
    /// The starter case, with observations of a synthetic truth.
    /// - Throws: `StorageError` if the folder holds something already.
    public static func write(to folder: String) throws -> String {
        try FolderDraft.write(to: folder, marker: "case.yaml", replacing: false) { draft in
            try Files.write(StarterCase.text, to: draft + "/case.yaml")
            let project = try Project(casePath: draft, threads: 1, quiet: true, observations: .ifPresent)
            _ = try project.observe(truth: 0, replacing: false)
        }
        return "\(folder)/case.yaml, with observations of a synthetic truth\nnext: lsi run \(folder)"
    }

    /// A deck's model as a case.
    /// - Returns: what was written, which keywords were passed over, and what to do next.
    /// - Throws: `DeckError` naming every keyword that cannot be honoured; `CaseFileError` if the deck says what no case can, in
    ///   the file that would have been written; `StorageError` if the folder holds something already.
    public static func write(to folder: String, fromDeck path: String) throws -> String {
        let url = URL(filePath: path)
        let deck = try EclipseDeck(contentsOf: url)
        let summary = url.deletingPathExtension().appendingPathExtension("SMSPEC")
        let hasSummary = Files.exists(summary.path)
        let files = try DeckCase(
            deck, deckName: url.lastPathComponent, summaryFile: hasSummary ? summary.standardizedFileURL.path : nil
        ).files
        try FolderDraft.write(to: folder, marker: "case.yaml", replacing: false) { draft in
            for (name, text) in files { try Files.write(text, to: "\(draft)/\(name)") }
            // Nothing is handed over that could not be read.
            do { _ = try Case.read(draft, observations: .ifPresent) } catch let error as CaseFileError {
                throw error.moved(from: draft, to: folder)
            }
        }
        let passedOver = deck.ignored.map { "\($0.keyword) (\($0.file):\($0.line))" }
        let note =
            passedOver.isEmpty
            ? [] : ["passed over, since they do not change the model: \(passedOver.joined(separator: ", "))"]
        let names = files.keys.sorted().map { "\(folder)/\($0)" }.joined(separator: ", ")
        return
            (note + [
                names,
                "next: give \(folder)/case.yaml a prior of many realizations; 'lsi simulate \(folder)' runs the deck's"
            ]).joined(separator: "\n")
    }
}
