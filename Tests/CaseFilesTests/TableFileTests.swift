import Foundation
import Reservoir
import Storage
import Testing

@testable import CaseFiles

/// Relative permeability from a file of Eclipse keywords.
struct TableFileTests {
    /// The starter case with the curves of a file.
    private func read(_ content: String, _ more: String = "") throws -> Case {
        let scratch = try ScratchFolder()
        try Files.write(content, to: scratch.file("curves.inc"))
        let lines = StarterCase.text.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("  relative_permeability:") })
        let end = try #require(lines[(start + 1)...].firstIndex { !$0.hasPrefix("    ") })
        let own = "  relative_permeability: {model: file, file: curves.inc\(more)}"
        let text = (lines[..<start] + [Substring(own)] + lines[end...]).joined(separator: "\n")
        do {
            return try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
        } catch {
            throw Message(text: error.description.replacing(scratch.path + "/", with: ""))
        }
    }

    private struct Message: Error {
        let text: String
    }

    private func message(_ content: String, _ more: String = "") throws -> String {
        do {
            _ = try read(content, more)
            return ""
        } catch let error as Message {
            return error.text
        }
    }

    private static let table = """
        -- from the laboratory
        SWOF
          0.2 0    0.9  0.3
          0.5 0.1  0.2  0.1
          0.8 0.4  0    0 /
          0.1 0    1    0
          0.9 1    0    0 /

        """

    @Test func thatATableIsTakenFromAFile() throws {
        let curves = try #require(try read(Self.table).reservoir.rock.saturationFunctions.first)
        let wanted = try SaturationTable(
            saturation: [0.2, 0.5, 0.8], displacing: [0, 0.1, 0.4], oil: [0.9, 0.2, 0],
            capillaryPressure: [0.3 * Unit.bar, 0.1 * Unit.bar, 0])
        #expect(curves == .table(wanted))
        let second = try #require(try read(Self.table, ", region: 2").reservoir.rock.saturationFunctions.first)
        let other = try SaturationTable(
            saturation: [0.1, 0.9], displacing: [0, 1], oil: [1, 0], capillaryPressure: [0, 0])
        #expect(second == .table(other))
    }

    @Test func thatOtherKeywordsArePassedOverAndFieldUnitsAreHonoured() throws {
        let props = "FIELD\nPROPS\nPVTW\n 3000 1 3e-6 0.5 0 /\nROCK\n 3000 4e-6 /\n" + Self.table
        let curves = try #require(try read(props).reservoir.rock.saturationFunctions.first)
        guard case .table(let table) = curves else {
            Issue.record("no table")
            return
        }
        // A pound-force per square inch is 6,894.757 Pa.
        #expect(abs(table.capillaryPressure[0] - 0.3 * 6_894.757) < 1e-3)
    }

    @Test func thatWhatIsWrongIsNamed() throws {
        let line =
            try #require(
                StarterCase.text.split(separator: "\n", omittingEmptySubsequences: false)
                    .firstIndex { $0.hasPrefix("  relative_permeability:") }) + 1
        let start = "case.yaml:\(line): rock.relative_permeability"
        #expect(try message("PORO\n 4*0.2 /\n") == "\(start).file: names curves.inc, which has no SWOF")
        #expect(
            try message(Self.table, ", region: 3")
                == "\(start).region: is 3 but must be one of the 2 below SWOF in curves.inc")
        #expect(
            try message("SWOF\n 0.2 0 0.9 0\n 0.8 x 0 0 /\n")
                == "\(start).file: names curves.inc: curves.inc:3: SWOF: `x` is not a number; a table needs every value"
        )
        #expect(
            try message("SWOF\n 0.2 0 0.9 0\n 0.8 0.5 0 /\n")
                == "\(start).file: names curves.inc: curves.inc:2: SWOF: has 7 values; rows of 4 are needed")
        #expect(
            try message("INCLUDE\n 'other.inc' /\n" + Self.table)
                == "\(start).file: names curves.inc: curves.inc:1: INCLUDE: is not followed here; name the file that holds the table"
        )
    }
}
