import Reservoir
import Yams

func readSchedule(_ root: Section, wells: ReadWells, displacing: Fluids.Displacing) -> Schedule? {
    root.section(
        "schedule", required: true, when: ForwardModelChoice.flow, "When results are reported and wells change."
    ) { section in
        var times = readReportTimes(section)
        if let last = times?.last, last > longest {
            section.report(
                "report_times",
                .wrong(
                    found: "\((last / Unit.day).short) days at the end",
                    requirement: "must end within \((longest / Unit.day).short) days, ten thousand years"))
            times = nil
        }
        let atStart = wells.sound.compactMap { read in
            read.control.map { Schedule.Event(time: 0, well: read.well.name, control: $0) }
        }
        var lastTime = 0.0
        let later = section.sections("events", "Changes of wells, by time.") { event in
            readEvent(event, wells: wells, displacing: displacing, end: times?.last, lastTime: &lastTime)
        }.compactMap(\.self)
        if !section.isDescribing, wells.sound.count == wells.names.count, !wells.sound.isEmpty,
            (atStart + later).allSatisfy({ !$0.control.isOpen }),
            !section.isGiven("events")
        {
            section.report(.other("opens no well; give a well a 'control', or an event that opens it"))
        }
        guard let times else { return nil }
        return Schedule(reportTimes: times, events: atStart + later)
    }
}

/// Beyond it there is no calendar to speak of [s].
private let longest = 3_650_000 * Unit.day

private func readEvent(
    _ section: Section, wells: ReadWells, displacing: Fluids.Displacing, end: Double?, lastTime: inout Double
) -> Schedule.Event? {
    let node = section.declare("time", .time, .required, nil, "When, as days from the start or a date.")
    let time = node.flatMap { section.time($0, "time") }
    if let time {
        if time < lastTime {
            section.report(
                "time",
                .wrong(found: node?.scalar?.string ?? "", requirement: "must not be before the event above it"))
        }
        if let end, time >= end {
            section.report(
                "time",
                .wrong(found: node?.scalar?.string ?? "", requirement: "must be before the last report time"))
        }
        lastTime = max(lastTime, time)
    }
    let name = section.text("well", "The well that changes.")
    var well: Well?
    if let name {
        switch wells.well(named: name) {
        case .found(let one): well = one
        case .damaged: break
        case .unknown(let requirement): section.report("well", .wrong(found: "'\(name)'", requirement: requirement))
        }
    }
    // The fields of a control stand beside these; they are declared even if the well is unknown.
    let control = readControl(section, role: well?.role ?? .producer, displacing: displacing)
    guard let time, let well, let control else { return nil }
    return Schedule.Event(time: time, well: well.name, control: control)
}

private func readReportTimes(_ section: Section) -> [Double]? {
    let key = "report_times"
    let wanted = "must be a list of times, or 'every' and 'until' with times, for example {every: 60, until: 1800}"
    let node = section.declare(
        key, .times, .required, nil,
        "When results are reported: a list of times, or `every` and `until`. Days from the start, or dates. The last "
            + "one ends the run.")
    guard let node else { return nil }
    if let mapping = node.mapping { return regularTimes(mapping, key, section, wanted) }
    guard let entries = node.sequence.map(Array.init), !entries.isEmpty else {
        section.report(key, .wrong(found: node.summary, requirement: wanted))
        return nil
    }
    var times: [Double] = []
    var isOrdered = true
    for entry in entries {
        guard let time = section.time(entry, key) else { continue }
        if time <= times.last ?? 0 {
            section.report(
                key,
                .wrong(
                    found: entry.summary,
                    requirement: times.isEmpty ? "must be after the start" : "must be after the time before it"),
                line: entry.mark?.line)
            isOrdered = false
        }
        times.append(time)
    }
    return times.count == entries.count && isOrdered ? times : nil
}

private func regularTimes(
    _ mapping: Node.Mapping, _ key: String, _ section: Section, _ wanted: String
) -> [Double]? {
    for name in mapping.keys.compactMap(\.string) where !["every", "until"].contains(name) {
        section.report(key, .other("has '\(name)' but \(wanted)"))
        return nil
    }
    guard let everyNode = mapping["every"], let untilNode = mapping["until"] else {
        section.report(key, .other("lacks 'every' or 'until'; it \(wanted)"))
        return nil
    }
    guard let every = section.number(everyNode, key, .time, .positive), let until = section.time(untilNode, key)
    else { return nil }
    // A report a second for years would be a slip; it would fill the memory.
    guard until / every <= 100_000 else {
        section.report(key, .other("asks for more than 100,000 reports"))
        return nil
    }
    let whole = Int((until / every + 1e-9).rounded(.down))
    var times = (0..<whole).map { Double($0 + 1) * every }
    if (times.last ?? 0) < until * (1 - 1e-9) { times.append(until) }
    guard !times.isEmpty else {
        section.report(key, .other("ends before it begins"))
        return nil
    }
    return times
}
