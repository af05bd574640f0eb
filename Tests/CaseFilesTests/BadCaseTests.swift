import Foundation
import Storage
import Testing

@testable import CaseFiles

/// Reads the starter case with changes and returns what is wrong with it, one line a problem.
private func problems(_ changes: [(old: String, new: String)]) throws -> String {
    var text = StarterCase.text
    for (old, new) in changes {
        try #require(text.contains(old), "the starter case does not hold \(old)")
        text = text.replacing(old, with: new, maxReplacements: 1)
    }
    do {
        _ = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
        return ""
    } catch {
        return error.description
    }
}

struct BadCaseTests {
    @Test(arguments: [
        // What is wrong, what takes its place, what is said.
        ("seed: 1 ", "sead: 1 ", "case.yaml:@: sead: is not a known field; did you mean 'seed'?"),
        ("seed: 1 ", "seed: -1 ", "case.yaml:@: seed: is -1 but must be a whole number of at least 0"),
        (
            "start_date: 2020-01-01", "start_date: 2020-02-30",
            "case.yaml:@: start_date: is '2020-02-30' but must be a date such as 2020-01-31"
        ),
        (
            "columns: 40 ", "columns: 40.5 ",
            "case.yaml:@: grid.columns: is 40.5 but must be a whole number within 1 to 5000"
        ),
        ("cell_width: 20", "cell_width: -20", "case.yaml:@: grid.cell_width: is -20 but must be positive"),
        (
            "cell_width: 20", "cell_width: 20 mD",
            "case.yaml:@: grid.cell_width: unit 'mD' does not fit; use one of m, km, cm, ft"
        ),
        (
            "cell_width: 20", "cell_width: wide",
            "case.yaml:@: grid.cell_width: is 'wide' but must be a number, in m unless a unit follows"
        ),
        (
            "cell_width: 20", "cell_width: .nan",
            "case.yaml:@: grid.cell_width: is '.nan' but must be a number, in m unless a unit follows"
        ),
        (
            "cell_width: 20", "cell_width: [20, 20]",
            "case.yaml:@: grid.cell_width: is a list of 2 but must be one number or 40, one for each of the columns"
        ),
        (
            "porosity: 0.25", "porosity: -0.25",
            "case.yaml:@: prior.facies[2].porosity: is -0.25 but must be within 0 to 1"
        ),
        (
            "viscosity: 2,", "viscosity: 2 bar,",
            "case.yaml:@: fluids.oil.viscosity: unit 'bar' does not fit; use one of cP, mPa.s, Pa.s"
        ),
        (
            "displacing: water ", "displacing: steam ",
            "case.yaml:@: fluids.displacing: is 'steam' but must be one of water, gas"
        ),
        (
            "oil_exponent: 2", "oil_exponent: 0.5",
            "case.yaml:@: rock.relative_permeability.oil_exponent: is 0.5 but must be within 1 to 20"
        ),
        (
            "residual_oil: 0.2", "residual_oil: 0.9",
            "case.yaml:@: rock.relative_permeability.residual_oil: is 0.9 but must be at least 0 and below 1 - connate"
        ),
        (
            "column: 5, row: 5,", "column: 41, row: 5,",
            "case.yaml:@: wells[2].column: is cell (41, 5) but must lie inside the grid of 40 x 40 cells"
        ),
        (
            "column: 5, row: 5,", "column: 5, completions: [[1, 5]],",
            "case.yaml:@: wells[2].column: stands beside 'completions'; give either the cells or 'column' and 'row'"
        ),
        ("column: 5, row: 5,", "column: 5,", "case.yaml:@: wells[2]: needs 'column' and 'row', or 'completions'"),
        ("name: P2", "name: P1", "case.yaml:@: wells[3].name: is 'P1' once more but must differ from other wells'"),
        (
            "role: injector", "role: injektor",
            "case.yaml:@: wells[1].role: is 'injektor' but must be one of producer, injector; did you mean 'injector'?"
        ),
        (
            "{water_rate: 250, ", "{oil_rate: 250, ",
            "case.yaml:@: wells[1].control.oil_rate: does not fit an injector; use 'water_rate'"
        ),
        (
            "{water_rate: 250, ", "{gas_rate: 250, ",
            "case.yaml:@: wells[1].control.gas_rate: does not fit a model whose displacing phase is water; use 'water_rate'"
        ),
        (
            "column: 36, row: 36, control: {bottom_hole_pressure: 150}", "column: 36, row: 36, control: {status: open}",
            "case.yaml:@: wells[5].control: leaves an open well without a rate and without a 'bottom_hole_pressure'; give one"
        ),
        (
            "{every: 120, until: 2880}", "[120, 240, 180]",
            "case.yaml:@: schedule.report_times: is '180' but must be after the time before it"
        ),
        (
            "{every: 120, until: 2880}", "{every: 120}",
            "case.yaml:@: schedule.report_times: lacks 'every' or 'until'; it must be a list of times, or 'every' and 'until' with times, for example {every: 60, until: 1800}"
        ),
        (
            "type: channels ", "type: chanels ",
            "case.yaml:@: prior.type: is 'chanels' but must be one of gaussian, channels, belts, truncated-gaussian, training-image, imported, mixture; did you mean 'channels'?"
        ),
        (
            "sinuosity: {from: 1.1, to: 1.4}", "sinuosity: {from: 1.1, too: 1.4}",
            "case.yaml:@: prior.sinuosity.too: is not a known field; did you mean 'to'?"
        ),
        (
            "sinuosity: {from: 1.1, to: 1.4}", "sinuosity: {from: 1.4, to: 1.1}",
            "case.yaml:@: prior.sinuosity: distribution is 1.4 ... 1.1 but must have finite bounds, the lower one first"
        ),
        (
            "{well: I1, facies: 1}", "{well: I2, facies: 1}",
            "case.yaml:@: prior.hard_data[1].well: is 'I2' but must be a well of this case; did you mean 'I1'?"
        ),
        (
            "history_end: 2022-12-31", "history_end: 2032-12-31",
            "case.yaml:@: observations.history_end: is 4748 days but must not be after the last report time of 2880 days"
        ),
        (
            "report_times: {every: 120, until: 2880}", "report_times: [120, 4e6]",
            "case.yaml:@: schedule.report_times: is 4000000 days at the end but must end within 3650000 days, ten thousand years"
        ),
        (
            "seed: 1 ", "simulator: {maximum_time_step: 1e-12}\nseed: 1 ",
            "case.yaml:@: simulator.maximum_time_step: is 1e-12 days but must not cut the 2880 days into more than 1,000,000 steps"
        ),
        (
            "relative: 5 %", "relative: 5 percent",
            "case.yaml:@: observations.noise.relative: unit 'percent' does not fit; use one of -, %"
        ),
        (
            "pairs: 500", "pairs: many",
            "case.yaml:@: training.pairs: is many but must be a whole number within 10 to 1000000"
        ),
        (
            "realizations: 2000", "realizations: 200",
            "case.yaml:@: training.realizations: is 200 but must be at least the 500 pairs"
        ),
        (
            "method: gradient ", "method: gradent ",
            "case.yaml:@: calibration.method: is 'gradent' but must be one of proposal, es-mda, smc, local-retraining, gradient, rejection, es-mda-model-space; did you mean 'gradient'?"
        ),
        (
            "initial:\n  pressure: 200\n  saturation: 0.2", "initial: 200\n#",
            "case.yaml:@: initial: is '200' but must hold fields with values, indented below it"
        ),
        ("  saturation: 0.2", "", "case.yaml:38: initial.saturation: is missing but must be given")
    ])
    func thatOneMistakeGivesOneClearMessage(old: String, new: String, message: String) throws {
        // `@` stands for the line that is changed.
        let line = try #require(StarterCase.text.ranges(of: old).first).lowerBound
        let number = 1 + StarterCase.text[..<line].count(where: \.isNewline)
        #expect(try problems([(old, new)]) == message.replacing("@", with: "\(number)"))
    }

    @Test func thatEveryProblemIsReportedAtOnceInTheOrderOfTheFile() throws {
        let found = try problems([
            ("rows: 40 ", "rowz: 40 "), ("viscosity: 0.5", "viscosity: 0"), ("sinuosity: ", "sinuousity: "),
            ("pairs: 500", "pairs: 0"),
            ("method: gradient ", "method: magic ")
        ])
        #expect(
            found == """
                case.yaml:12: grid.rows: is missing but must be given
                case.yaml:14: grid.rowz: is not a known field; did you mean 'rows'?
                case.yaml:34: fluids.water.viscosity: is 0 but must be positive
                case.yaml:58: prior.sinuosity: is missing but must be given
                case.yaml:63: prior.sinuousity: is not a known field; did you mean 'sinuosity'?
                case.yaml:78: training.pairs: is 0 but must be a whole number within 10 to 1000000
                case.yaml:82: calibration.method: is 'magic' but must be one of proposal, es-mda, smc, local-retraining, \
                gradient, rejection, es-mda-model-space
                """)
    }

    @Test(arguments: [
        (
            "grid: [1, 2",
            "case.yaml:2: is not YAML (did not find expected ',' or ']' in column 1); check indentation and quotes"
        ),
        ("a: 1\na: 2", "case.yaml:1: gives a more than once; keep one"),
        ("", "case.yaml: is empty; 'lsi new' writes a case to start from"),
        ("- 1", "case.yaml:1: must hold fields with values, for example 'seed: 1'"),
        ("a: *b", "case.yaml:1: is not YAML (found undefined alias in column 4); check indentation and quotes")
    ])
    func thatMalformedYAMLIsReportedWithItsLine(text: String, message: String) {
        do {
            _ = try Case.parse(text, file: "case.yaml", folder: ".")
            Issue.record("malformed YAML was read")
        } catch {
            #expect(error.description == message)
        }
    }

    @Test func thatAMissingCaseIsNamed() {
        do {
            _ = try Case.read("/nowhere/case.yaml")
            Issue.record("a missing file was read")
        } catch {
            #expect(
                error.description
                    == "/nowhere/case.yaml: there is no such file; check the name and the folder")
        }
    }

    @Test func thatAWellInAnInactiveCellIsRefused() throws {
        let scratch = try ScratchFolder()
        // All of the 40 x 40 cells are active but the one of P1, (5, 5), which is cell 165 of 1600.
        try Files.write("ACTNUM\n164*1 0 1435*1 /\n", to: scratch.file("active.grdecl"))
        let text = StarterCase.text.replacing("# active: active.grdecl ", with: "active: active.grdecl ")
        do {
            _ = try Case.parse(text, file: "case.yaml", folder: scratch.path, observations: .ifPresent)
            Issue.record("a well in an inactive cell was accepted")
        } catch {
            #expect(
                error.description
                    == "case.yaml:48: wells[2].column: is cell (5, 5) but must be an active cell")
        }
    }

    @Test func thatDamagedCasesNeverTrap() {
        Fuzz.campaign("case.yaml", StarterCase.text) { text in
            do throws(CaseFileError) {
                _ = try Case.parse(text, file: "case.yaml", folder: "/nowhere", observations: .ifPresent)
                return true
            } catch {
                #expect(!error.problems.isEmpty)
                return false
            }
        }
    }
}
