import Calibration
import Reservoir

/// One realization of a finished calibration, for programs that use the library.
public struct CalibratedMember: Sendable {
    /// From 1, best first.
    public let rank: Int
    /// In the order of simulation, as in every table of the report.
    public let number: Int
    /// `O = r' C_D⁻¹ r / (2 N_d)`; about 1/2 for the truth [–].
    public let mismatch: Double
    /// Whether the mismatch is within the noise.
    public let isAccepted: Bool
    /// Share in the calibrated ensemble; zero outside it [–].
    public let weight: Double
    public let realization: Realization
    /// What the simulator made of it, in SI units.
    public let series: ProductionSeries
}

extension Project {
    /// The realizations of the calibration, best first. Whatever is missing for it, from the prior on, is done first.
    /// - Parameter choice: by default those within the noise, of which there may be none.
    /// - Throws: what the stages throw; `StorageError` if the results cannot be written.
    public func calibratedMembers(_ choice: ExportRequest.Choice = .accepted) throws -> [CalibratedMember] {
        try calibrate()
        let (_, _, calibrator, result) = try lastCalibration()
        let members = ExportedMember.chosen(by: ExportRequest(formats: [], choice: choice), from: result)
        let realizations = try calibrator.realizations(of: members.map(\.candidate))
        return zip(members, realizations).compactMap { member, realization in
            guard let rank = member.rank, let mismatch = member.candidate.mismatch, let series = member.series
            else { return nil }
            return CalibratedMember(
                rank: rank, number: member.candidate.index, mismatch: mismatch.value, isAccepted: member.isAccepted,
                weight: member.weight, realization: realization, series: series)
        }
    }
}
