import PriorModels
import Reservoir

func readTruncatedGaussian(_ section: Section) -> PriorSettings? {
    let first = section.section(
        "variogram", required: true, "Of the field that facies are cut from; its azimuth is that of the bodies.",
        readVariogram)
    let second = section.optionalSection(
        "second_variogram", "Of a second field, which tells apart facies of one group (pluri-Gaussian).",
        readVariogram)
    var shares: [(share: TruncatedGaussianPrior.Share, group: Int)] = []
    var number = 0
    let facies = readFacies(section) { entry, code in
        number += 1
        let proportion = entry.number("proportion", .fraction, .within(0, 1), "Share of the cells; all sum to 1.")
        let group = entry.optionalInteger(
            "group", 1...100,
            "Facies of neighbouring groups touch; those of one group are told apart by the second field. By default the "
                + "place in this list.")
        guard let proportion, let code else { return false }
        shares.append((TruncatedGaussianPrior.Share(code: code, proportion: proportion), group ?? number))
        return true
    }
    guard let first, let facies, second != nil || !section.isGiven("second_variogram") else { return nil }
    let groups = Set(shares.map(\.group)).sorted().map { group in
        shares.filter { $0.group == group }.map(\.share)
    }
    return section.build { () throws(ParameterError) in
        .truncatedGaussian(
            try TruncatedGaussianPrior(groups: groups, facies: facies, first: first, second: second))
    }
}
