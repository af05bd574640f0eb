import Foundation
import Reservoir
import Testing

@testable import Reports

@Suite struct PageTests {
    @Test func thatEveryPageIsWritten() throws {
        let plots = PagePlots.available()
        try PageFiles.keep(SyntheticReport.calibration().page(plots: plots), as: "calibration")
        try PageFiles.keep(SyntheticReport.calibration(accepted: 0).page(plots: plots), as: "nothing-accepted")
        try PageFiles.keep(
            SyntheticReport.training.page(provenance: SyntheticReport.provenance(), plots: plots), as: "training")
        try PageFiles.keep(SyntheticReport.prior.page(plots: plots), as: "prior")
        try PageFiles.keep(SyntheticReport.validation.page(plots: plots), as: "validation")
        if let gnuplot = try? Gnuplot.locate() {
            try PageFiles.keep(SyntheticReport.calibration().page(plots: .still(gnuplot, note: "still")), as: "still")
        }
    }
}
