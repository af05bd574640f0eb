import Calibration
import FlowSimulation
import Reservoir
import Storage

struct ReadObservations {
    let plan: ObservationPlan
    let measured: MeasuredData?
    let truth: ProductionSeries?
}

func readObservations(
    _ root: Section, model: ReservoirModel?, _ forwardModel: ForwardModelChoice, need: Case.ObservationNeed
) -> ReadObservations? {
    root.section("observations", required: true, "What was measured at the wells.") { section in
        let file = section.file(
            "file",
            "CSV with the columns keyword, value, error and date or time, and well or not; YAML with these names; or the "
                + "summary of a simulator, `X.SMSPEC`, whose `vectors` are taken at the report times.")
        let historyEnd = section.optionalTime(
            "history_end", "What was measured later is withheld as forecast; by default nothing.")
        let truthFile = section.optionalFile(
            "truth",
            "CSV or YAML with keyword, value and date or time, or a summary: the noise-free truth of a synthetic case."
        )
        let names = section.texts(
            "vectors", default: [],
            "Keywords or vectors, such as WOPR or WOPR:P1, that are taken from a summary, or that synthetic observations "
                + "are made of; by default the rates of producers and the pressures of injectors.")
        let noise = section.section(
            "noise", "Errors of synthetic observations, and of those from a summary.", readNoise)
        let errors = readVectorErrors(section)
        guard let file, let noise, let model else { return nil }
        let available = vectorKeys(of: model, forwardModel)
        let plan = ObservationPlan(
            file: file, historyEnd: historyEnd, truthFile: truthFile,
            vectors: wantedVectors(names, among: available, usual: usualVectors(of: model, forwardModel), section),
            noise: noise)
        checkHistory(plan, model, section)
        let reader = SeriesReader(
            known: available, wells: Set(available.compactMap(\.well)).sorted(),
            end: model.schedule.reportTimes.last ?? 0,
            context: section.context)
        if !errors.isEmpty, !plan.isSummary {
            section.report("errors", .other("belong to a summary file; \(file) holds errors of its own"))
        }
        let summary = SummaryReader(path: file, section: section, reportTimes: model.schedule.reportTimes)
        let measured = readMeasured(plan, need: need, section) {
            plan.isSummary
                ? summary.observations(of: plan.vectors, named: names, errors: errors, noise: noise)
                : reader.readObservations(file)
        }
        let truth = truthFile.flatMap { path -> ProductionSeries? in
            if need == .ifPresent && !Files.exists(path) { return nil }
            return SummaryReader.reads(path)
                ? SummaryReader(path: path, section: section, reportTimes: []).series(of: available)
                : reader.readSeries(path)
        }
        return ReadObservations(plan: plan, measured: measured, truth: truth)
    }
}

private func vectorKeys(of model: ReservoirModel, _ forwardModel: ForwardModelChoice) -> [VectorKey] {
    if case .rays(let plan) = forwardModel { return plan.vectorKeys }
    return FlowModel.vectorKeys(of: model)
}

private func usualVectors(of model: ReservoirModel, _ forwardModel: ForwardModelChoice) -> [VectorKey] {
    if case .rays(let plan) = forwardModel { return plan.vectorKeys }
    return ProductionVectors.usual(in: model)
}

private func readNoise(_ section: Section) -> NoiseSettings? {
    let relative = section.number(
        "relative", .fraction, .notNegative, default: 0.05, "Standard deviation as a fraction of the value.")
    let floor = section.number(
        "floor", .fraction, .notNegative, default: 0.02,
        "Smallest standard deviation, as a fraction of the vector's largest value in any well.")
    let absolute = section.number(
        "absolute", .none, .notNegative, default: 0,
        "Smallest standard deviation in the vector's METRIC unit; for data of one unit, such as rays.")
    let correlation = section.optionalNumber(
        "correlation_time", .time, .positive, "Errors of one vector are correlated over this time; by default not.")
    return section.build { () throws(ParameterError) in
        try NoiseSettings(relative: relative, floorFraction: floor, absolute: absolute, correlationTime: correlation)
    }
}

private func checkHistory(_ plan: ObservationPlan, _ model: ReservoirModel, _ section: Section) {
    guard let end = plan.historyEnd, let last = model.schedule.reportTimes.last, end > last else { return }
    section.report(
        "history_end",
        .wrong(
            found: "\((end / Unit.day).short) days",
            requirement: "must not be after the last report time of \((last / Unit.day).short) days"))
}

private func readMeasured(
    _ plan: ObservationPlan, need: Case.ObservationNeed, _ section: Section, _ read: () -> [Observation]?
) -> MeasuredData? {
    if !Files.exists(plan.file) {
        if need == .required { section.report("file", .other("names \(plan.file), which does not exist")) }
        return nil
    }
    // A table without a sound line has been reported.
    guard let all = read(), !all.isEmpty else { return nil }
    // The slack of a rounded date.
    let end = plan.historyEnd.map { $0 + 1e-6 * Unit.day } ?? .infinity
    let measured = MeasuredData(
        history: all.filter { $0.time <= end }, forecast: all.filter { $0.time > end })
    if measured.history.isEmpty {
        section.report("history_end", .other("leaves no observation to match; choose a later one"))
        return nil
    }
    return measured
}

private func wantedVectors(
    _ names: [String], among available: [VectorKey], usual: [VectorKey], _ section: Section
) -> [VectorKey] {
    guard !names.isEmpty else { return usual }
    return names.flatMap { name -> [VectorKey] in
        let found = available.filter { $0.description == name || $0.keyword == name }
        if found.isEmpty {
            let nearest = nearestName(to: name, among: available.flatMap { [$0.description, $0.keyword] })
            section.report(
                "vectors",
                .wrong(
                    found: "'\(name)'",
                    requirement: "must be a vector of this model" + (nearest.map { "; did you mean '\($0)'?" } ?? "")))
        }
        return found
    }
}
