/// The keywords this reader knows: how many records follow each, and whether it means anything here.
///
/// What is in neither list is a problem that the user gets to see: a model read without it would be another model.
enum DeckCatalogue {
    static let sections: Set<String> = [
        "RUNSPEC", "GRID", "EDIT", "PROPS", "REGIONS", "SOLUTION", "SUMMARY", "SCHEDULE"
    ]

    /// Read and honoured.
    static let honoured: [String: KeywordShape] = [
        "INCLUDE": .records(1), "END": .flag, "ENDINC": .flag,
        // RUNSPEC
        "TITLE": .text, "DIMENS": .records(1), "OIL": .flag, "WATER": .flag, "GAS": .flag, "METRIC": .flag,
        "FIELD": .flag, "START": .records(1),
        // GRID and REGIONS
        "DX": .records(1), "DY": .records(1), "DZ": .records(1), "TOPS": .records(1), "DXV": .records(1),
        "DYV": .records(1), "DZV": .records(1), "PERMX": .records(1), "PERMY": .records(1), "PERMZ": .records(1),
        "PORO": .records(1), "NTG": .records(1), "ACTNUM": .records(1), "MULTX": .records(1), "MULTY": .records(1),
        "MULTZ": .records(1), "SATNUM": .records(1), "PVTNUM": .records(1), "EQLNUM": .records(1),
        "EQUALS": .list, "COPY": .list, "MULTIPLY": .list, "ADD": .list, "BOX": .records(1), "ENDBOX": .flag,
        // PROPS
        "PVTW": .tables, "PVDO": .tables, "PVCDO": .tables, "PVDG": .tables, "ROCK": .tables, "DENSITY": .tables,
        "SWOF": .tables, "SGOF": .tables,
        // SOLUTION
        "EQUIL": .tables, "PRESSURE": .records(1), "SWAT": .records(1), "SGAS": .records(1),
        // SCHEDULE
        "WELSPECS": .list, "COMPDAT": .list, "WCONPROD": .list, "WCONINJE": .list, "WELOPEN": .list,
        "WELTARG": .list, "TSTEP": .records(1), "DATES": .list
    ]

    /// Without effect on the model: sizes of the simulator's memory, output, and the numerical method.
    static let ignored: [String: KeywordShape] = [
        "TABDIMS": .records(1), "EQLDIMS": .records(1), "WELLDIMS": .records(1), "REGDIMS": .records(1),
        "SMRYDIMS": .records(1), "NSTACK": .records(1), "NUPCOL": .records(1), "VECTABLE": .records(1),
        "MESSAGES": .records(1), "CPR": .records(1), "GRIDOPTS": .records(1), "UNIFOUT": .flag, "UNIFIN": .flag,
        "FMTOUT": .flag, "FMTIN": .flag, "NONNC": .flag, "MONITOR": .flag, "ECHO": .flag, "NOECHO": .flag,
        "INIT": .flag, "GRIDFILE": .records(1), "RPTGRID": .records(1), "GRIDUNIT": .records(1),
        "MAPAXES": .records(1), "MAPUNITS": .records(1), "SPECGRID": .records(1), "NEWTRAN": .flag, "OLDTRAN": .flag,
        "RPTPROPS": .records(1), "RPTREGS": .records(1), "FIPNUM": .records(1), "RPTSOL": .records(1),
        "RPTRST": .records(1), "RPTSCHED": .records(1), "TUNING": .records(3), "NEXTSTEP": .records(1),
        "GRUPTREE": .list, "SAVE": .flag
    ]

    static func shape(of keyword: String, inSummary: Bool) -> KeywordShape? {
        if sections.contains(keyword) { return .flag }
        if inSummary { return summaryShape(of: keyword) }
        return honoured[keyword] ?? ignored[keyword]
    }

    /// SUMMARY has keywords by the hundred; their first letter tells whether names follow. `nil` for a word that is more
    /// likely a well's name.
    private static func summaryShape(of keyword: String) -> KeywordShape? {
        switch keyword {
        case "INCLUDE": return .records(1)
        case "END", "ENDINC", "ECHO", "NOECHO", "RUNSUM", "RPTONLY", "RPTONLYO", "SEPARATE", "EXCEL", "NARROW", "ALL",
            "DATE", "ELAPSED", "TCPU", "PERFORMA", "TIMESTEP", "NEWTON", "MSUMLINS", "MSUMNEWT", "MLINEARS":
            return .flag
        default: break
        }
        guard keyword.utf8.count >= 3, keyword.utf8.allSatisfy({ $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") })
        else { return nil }
        switch keyword.first {
        case "F": return .flag
        case "W", "G", "B", "R": return .records(1)
        case "C": return .list
        default: return nil
        }
    }
}
