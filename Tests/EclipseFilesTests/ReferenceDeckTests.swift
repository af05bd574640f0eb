import Foundation
import Reservoir
import Testing

@testable import EclipseFiles

private let flowDecks = sharedFolder?.appendingPathComponent("reference/flow")
private let spe10 = sharedFolder?.appendingPathComponent("data/spe10_model1/SPE10_MODEL1.DATA")
private func exists(_ url: URL?) -> Bool { url.map { FileManager.default.fileExists(atPath: $0.path) } ?? false }

@Suite(.enabled(if: exists(flowDecks), "needs the reference decks"))
struct ReferenceDeckTests {
    private func deck(_ name: String) throws -> EclipseDeck {
        try EclipseDeck(contentsOf: #require(flowDecks).appendingPathComponent("\(name).DATA"))
    }

    @Test(arguments: ["BL", "A_QFS", "B_CHAN", "C_LOGN", "E_XSEC"])
    func thatEveryReferenceDeckIsReadAndItsThreePhaseTwinIsTheSameModel(name: String) throws {
        let deck = try deck(name)
        #expect(deck.start == (try DeckDate(year: 2020, month: 1, day: 1)))
        #expect(deck.model.schedule.reportTimes.count == 40)
        guard name != "BL" else { return }
        let twin = try self.deck(name + "_3P")
        #expect(twin.model == deck.model)
        #expect(twin.realization == deck.realization)
    }

    @Test func thatTheSectionDeckKeepsItsAnisotropyAndItsContact() throws {
        let deck = try deck("E_XSEC")
        #expect(deck.model.grid.orientation == .section)
        #expect((deck.model.grid.columns, deck.model.grid.rows) == (100, 50))
        #expect(deck.model.grid.centreDepth[0] == 1000.5)
        #expect(deck.model.grid.centreDepth[4999] == 1049.5)
        #expect(deck.realization.permeabilityX[7] == Float(200 * Unit.millidarcy))
        #expect(deck.realization.permeabilityY[7] == Float(100 * Unit.millidarcy))
        #expect(
            deck.model.initial
                == .equilibrium(datumDepth: 1000, pressure: 200e5, contactDepth: 1400, contactCapillaryPressure: 0))
        #expect(deck.model.wells.map(\.completions.count) == [50, 50])
        // PVDO was written from c = 1e-6 / bar by the law of FluidPhase, rounded to ten digits.
        #expect(abs(deck.model.fluids.oil.compressibility * 1e5 - 1e-6) < 1e-10)
    }

    @Test func thatTheChannelDeckHoldsItsIncludedPermeability() throws {
        let deck = try deck("B_CHAN")
        let values = deck.realization.permeabilityX.map { (Double($0) / Unit.millidarcy).rounded() }
        #expect(values.count == 10_000)
        #expect(Set(values) == [20, 1000])
        #expect(deck.summaryKeys.contains(VectorKey("WOPR", "P4")))
        #expect(deck.summaryKeys.contains(VectorKey("FOPT")))
        #expect(deck.ignored.map(\.keyword).contains("RPTRST"))
    }
}

@Test(.enabled(if: exists(spe10), "needs SPE10 model 1"))
func thatModelOneOfSPE10IsReadInFieldUnits() throws {
    let deck = try EclipseDeck(contentsOf: #require(spe10))
    let model = deck.model
    #expect(model.grid.orientation == .section)
    #expect((model.grid.columns, model.grid.rows) == (100, 20))
    #expect(model.grid.columnWidths[0] == 25 * 0.3048)
    #expect(model.fluids.displacing == .gas)
    // 178.1076 rb/Mscf is one reservoir volume a surface volume: 178.1076 x 0.158987 m³ in 28.3168 m³.
    #expect(abs(model.fluids.displacingPhase.formationVolumeFactor - 1) < 1e-5)
    // The table runs from 0.009999 to 0.010010 cP; its mean is within those.
    #expect((0.999_9e-5...1.001e-5).contains(model.fluids.displacingPhase.viscosity))
    let injection = try #require(model.schedule.events.first { $0.well == "INJ" })
    // 34.61 Mscf a day: 34.61 x 28.3168466 m³ a day.
    #expect(abs((injection.control.rates[.displacing] ?? 0) * Unit.day - 34.61 * 28.316_846_592) < 1e-6)
    #expect(model.wells.map(\.radius) == [0.3048, 0.3048])
    #expect(model.schedule.reportTimes.count == 800)
    #expect(deck.ignored.map(\.keyword).contains("TUNING"))
}
