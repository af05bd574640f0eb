import Foundation

extension CalibrationReport {
    /// What the first screen says, for programs: counts, rule, mismatch, floor, ranking. Numbers at full precision,
    /// `null` where there is none; mismatches are `O`.
    public var summaryJSON: String {
        let fields: [(String, JSONValue)] = [
            ("case", .string(caseName)), ("method", .string(method)),
            ("posterior", posteriorClaim.map { .string($0) } ?? .null), ("verdict", .string(verdict)),
            ("counts", counts.json), ("acceptance", acceptance.json),
            ("mismatch", .object([("simulated", mismatch.json), ("accepted", acceptedMismatch.json)])),
            ("raw_proposals", rawProposals?.json ?? .null), ("representation_floor", floor?.json ?? .null),
            ("warnings", .strings(warnings)), ("reasons_for_none", .strings(counts.accepted > 0 ? [] : reasonsForNone)),
            ("scenarios", .array(scenarios.map(\.json))), ("scenario_note", scenarioNote.map { .string($0) } ?? .null),
            ("methods", .array(methods.map(\.json))),
            ("ranking", .array(ranking.map(\.json))), ("provenance", provenance.json)
        ]
        return JSONValue.object(fields).fullText + "\n"
    }
}

extension TrainingQualityPanel {
    /// Errors with the linear baseline beside them, and the floor.
    public var summaryJSON: String {
        let rows = errors.map { row in
            JSONValue.object([
                ("name", .string(row.name)), ("network", .number(row.network)),
                ("linear_regression", .optional(row.linearBaseline)), ("higher_is_better", .bool(row.higherIsBetter))
            ])
        }
        let fields: [(String, JSONValue)] = [
            ("case", .string(caseName)), ("architecture", .string(architecture)),
            ("training_pairs", .number(Double(trainingPairs))), ("held_out_pairs", .number(Double(heldOutPairs))),
            ("unsimulated_realizations", .number(Double(unsimulatedRealizations))),
            ("best_epoch", .optional(bestEpoch.map(Double.init))), ("errors", .array(rows)),
            ("representation_floor", floor?.json ?? .null), ("threshold", .optional(threshold)),
            ("notes", .strings(notes))
        ]
        return JSONValue.object(fields).fullText + "\n"
    }
}

extension ValidationSummary {
    public var summaryJSON: String {
        let methods = self.methods.map { method in
            JSONValue.object([
                ("name", .string(method.name)), ("history_coverage", .optional(method.historyCoverage)),
                ("forecast_coverage", .optional(method.forecastCoverage)),
                ("forecast_crps", .optional(method.forecastCRPS)), ("prior_crps", .optional(method.priorCRPS)),
                ("wanted", .count(method.wanted)), ("share_satisfied", .number(method.shareSatisfied)),
                ("distinct_per_thousand_simulations", .number(method.yield)),
                ("relative_spread", .optional(method.relativeSpread)),
                ("median_seconds", .optional(method.medianSeconds)),
                ("posterior", method.posteriorClaim.map { .string($0) } ?? .null),
                ("reliability", .array(method.reliability.map(\.json))), ("ranks", .array(method.ranks.map(\.json))),
                ("truths", .array(method.truths.map(\.json)))
            ])
        }
        let fields: [(String, JSONValue)] = [
            ("case", .string(caseName)), ("threshold", .number(threshold)), ("rule", .string(rule)),
            ("methods", .array(methods)), ("agreement_reference", .string(agreementReference)),
            ("agreement", .array(agreements.map(\.json))), ("notes", .strings(notes)), ("provenance", provenance.json)
        ]
        return JSONValue.object(fields).fullText + "\n"
    }
}

extension JSONValue {
    fileprivate static func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    fileprivate static func count(_ value: Int) -> JSONValue { .number(Double(value)) }
}

extension MethodRow {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("posterior", .bool(isPosterior)), ("simulations", .count(simulations)),
            ("simulations_to_first", .optional(simulationsToFirst.map(Double.init))), ("accepted", .count(accepted)),
            ("distinct", .count(distinct)), ("mismatch", mismatch.json), ("forecast_crps", .optional(forecastCRPS)),
            ("forecast_coverage", .optional(forecastCoverage))
        ])
    }
}

extension EnsembleCounts {
    fileprivate var json: JSONValue {
        .object([
            ("proposed", .count(proposed)), ("simulated", .count(simulated)), ("failed", .count(failed)),
            ("accepted", .count(accepted)), ("distinct", .count(distinct))
        ])
    }
}

extension AcceptanceSummary {
    fileprivate var json: JSONValue {
        .object([
            ("data", .count(dataCount)), ("noise", .strings(noise)), ("rule", .string(rule)),
            ("threshold", .number(threshold)), ("overfit_below", .optional(overfitBelow))
        ])
    }
}

extension MismatchRange? {
    fileprivate var json: JSONValue {
        guard let self else { return .null }
        return .object([("best", .number(self.best)), ("median", .number(self.median)), ("worst", .number(self.worst))])
    }
}

extension RawProposalSummary {
    fileprivate var json: JSONValue {
        .object([
            ("simulated", .count(simulated)), ("accepted", .count(accepted)), ("mismatch", Optional(mismatch).json)
        ])
    }
}

extension RepresentationFloor {
    fileprivate var json: JSONValue {
        .object([
            ("realizations", .count(realizations)), ("p10", .number(p10)), ("median", .number(median)),
            ("p90", .number(p90)), ("share_within_threshold", .number(shareWithinThreshold)),
            ("median_per_type", .object(perType.map { ($0.name, .number($0.value)) })),
            ("median_with_detail", .optional(withDetail?.median)),
            ("share_within_threshold_with_detail", .optional(withDetail?.shareWithinThreshold))
        ])
    }
}

extension ScenarioRow {
    fileprivate var json: JSONValue {
        .object([("name", .string(name)), ("prior", .number(prior)), ("accepted", .number(accepted))])
    }
}

extension RankingRow {
    fileprivate var json: JSONValue {
        .object([
            ("rank", .optional(rank.map(Double.init))), ("realization", .count(realization)),
            ("status", .string(status.word)), ("mismatch", .number(mismatch)), ("why", .string(status.reason)),
            ("scenario", scenario.map { .string($0) } ?? .null),
            ("duplicate_of", .optional(duplicateOf.map(Double.init)))
        ])
    }
}

extension TruthRow {
    fileprivate var json: JSONValue {
        .object([
            ("truth", .count(truth)), ("simulations", .count(simulations)), ("accepted", .count(accepted)),
            ("distinct", .count(distinct)), ("best_mismatch", .number(bestMismatch)),
            ("history_coverage", .optional(historyCoverage)), ("forecast_coverage", .optional(forecastCoverage)),
            ("forecast_crps", .optional(forecastCRPS)),
            ("simulations_to_first", .optional(simulationsToFirst.map(Double.init))),
            ("truth_mismatch", .optional(truthMismatch)), ("relative_spread", .optional(relativeSpread))
        ])
    }
}

extension ReliabilityPoint {
    fileprivate var json: JSONValue { .object([("nominal", .number(nominal)), ("observed", .number(observed))]) }
}

extension RankHistogram {
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("counts", .array(counts.map { .count($0) })), ("low", .number(low)),
            ("high", .number(high))
        ])
    }
}

extension MethodAgreement {
    fileprivate var json: JSONValue {
        .object([
            ("method", .string(method)), ("truths", .count(truths)), ("mean_error", .number(meanError)),
            ("mean_shift", .number(meanShift)), ("spread_ratio", .number(spreadRatio)),
            ("map_spread_ratio", .number(mapSpreadRatio))
        ])
    }
}

extension Provenance {
    fileprivate var json: JSONValue {
        let times = stages.map { stage in
            JSONValue.object([
                ("name", .string(stage.name)), ("seconds", .number(stage.seconds)), ("reused", .bool(stage.reused))
            ])
        }
        // A seed may have more digits than a JSON number keeps.
        return .object([
            ("version", .string(version)), ("seed", .string(String(seed))), ("threads", .count(threads)),
            ("started", .string(started.formatted(.iso8601))), ("forward_model", .string(forwardModel)),
            ("stages", .array(times)), ("facts", .object(facts.map { ($0.name, .string($0.value)) }))
        ])
    }
}
