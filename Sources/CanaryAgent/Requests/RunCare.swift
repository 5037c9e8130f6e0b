package import CanaryCore
package import CanaryKubernetes

/// Whether anybody looks after the run of a canary, told from the Lease of its rollouts.
///
/// It goes by the clocks of whoever renewed the Lease and whoever looks, with as much patience again as the Lease lasts: this is for
/// people, who takes a run over counts for himself, see `OrphanWatch`.
package enum RunCare: Sendable, Hashable {
    /// No run is in the record.
    case noRun
    case driven
    /// The run's Lease is free or has expired; with the last sign of life, if there was one.
    case nobody(since: Timestamp?)
    /// The Lease could not be read, with why.
    case hidden(String)

    package init(_ lease: Lease, at now: Timestamp) {
        guard let record = StoredRecord(lease).value, record.run != nil,
            lease.name == RolloutObject.name(of: record.canary)
        else {
            self = .noRun
            return
        }
        let renewed = lease.renewed.map { Timestamp(milliseconds: $0.microseconds / 1000) }
        if lease.holder.isEmpty {
            self = .nobody(since: renewed)
        } else if let renewed, now.since(renewed) > lease.duration * 2 {
            self = .nobody(since: renewed)
        } else {
            self = .driven
        }
    }

    /// Whether a run is left alone.
    package var isNobody: Bool { if case .nobody = self { true } else { false } }

    /// What there is to say; nil if all is as it should be.
    ///
    /// - Parameter now: the day is named if it is not that of this moment.
    package func sentence(at now: Timestamp) -> String? {
        switch self {
        case .noRun, .driven: return nil
        case .nobody(let since):
            let when = since.map { " since \(Self.clock($0, now))" } ?? ""
            return "nobody looks after this run\(when); an agent or `haldane sweep` goes on with it"
        case .hidden(let why):
            return "whether anybody looks after this run could not be looked at: \(why)"
        }
    }

    /// `03:12:08 UTC`, with the date on another day.
    static func clock(_ moment: Timestamp, _ now: Timestamp) -> String {
        let (text, today) = (moment.rfc3339, now.rfc3339)
        let (day, time) = (text.prefix(10), text.dropFirst(11).prefix(8))
        return day == today.prefix(10) ? "\(time) UTC" : "\(day) \(time) UTC"
    }
}
