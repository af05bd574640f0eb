import CaseFiles
import Reservoir

/// What is observed of a truth: the history that is matched, and the forecast that is withheld.
struct TruthLayout: Sendable {
    /// In the order of the case's observations, which the networks were trained for.
    let history: DataLayout
    let forecast: DataLayout

    /// As the case observes. Without withheld observations the same vectors are forecast at every later report time.
    init(history measured: [Observation], withheld: [Observation], reportTimes: [Double]) {
        history = DataLayout(of: measured)
        guard withheld.isEmpty else {
            forecast = DataLayout(of: withheld)
            return
        }
        let end = measured.map(\.time).max() ?? 0
        var seen: Set<VectorKey> = []
        let keys = measured.map(\.key).filter { seen.insert($0).inserted }
        let later = reportTimes.filter { $0 > end * (1 + 1e-9) }
        forecast = DataLayout(entries: keys.flatMap { key in later.map { DataLayout.Entry(key: key, time: $0) } })
    }

    var all: DataLayout { DataLayout(entries: history.entries + forecast.entries) }

    /// For each vector its last entry in the forecast, or in the history if there is no forecast: what truths are ranked
    /// by. Positions are those in ``all``.
    var ends: [(key: VectorKey, position: Int)] {
        let entries = all.entries
        let range = forecast.count > 0 ? history.count..<entries.count : 0..<entries.count
        var last: [VectorKey: Int] = [:]
        for position in range {
            if let known = last[entries[position].key], entries[known].time >= entries[position].time { continue }
            last[entries[position].key] = position
        }
        return last.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
