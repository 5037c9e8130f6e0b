/// Stops a fleet when releases are rolled back one after another: the cause is then rarely in each of them.
///
/// Durable: it is kept as it is with the policy whose brakes they are, and stays engaged until an operator lifts it.
package struct FleetBrakes: Sendable, Hashable, Codable {
    /// A rollback that counts.
    package struct Rollback: Sendable, Hashable, Codable {
        package var canary: CanaryKey
        package var run: String
        package var at: Timestamp
        /// The bounded word of its reason.
        package var label: String
    }

    /// The brakes hold.
    package struct Engaged: Sendable, Hashable, Codable {
        package var since: Timestamp
        package var rollbacks: [Rollback]
        /// How many there were, of which `rollbacks` keeps some.
        package var count: Int
        package var within: Duration
    }

    /// An operator's word that the fleet may go on.
    package struct Lift: Sendable, Hashable, Codable {
        /// `Engaged.mark` of the engagement that it is about: a later one is not lifted by it.
        package var mark: String
        package var by: String
        package var reason: String

        package init(mark: String, by: String, reason: String) {
            self.mark = mark
            self.by = by
            self.reason = reason
        }
    }

    package private(set) var engaged: Engaged?
    /// Rollbacks that may still count, oldest first.
    package private(set) var recent: [Rollback] = []
    /// Rollbacks up to here count no more.
    package private(set) var liftedAt: Timestamp?

    package init() {}

    private static let limit = 200
    private static let named = 20

    /// Takes a run that ended, and says once, for all of them, when the brakes engage; nil otherwise.
    ///
    /// A run that is known already changes nothing, so that the ends of runs may be read again from what is kept in the cluster.
    /// Rollbacks by an operator and of replaced pods do not count.
    ///
    /// - Parameter file: of the policy; nil for an object of the cluster.
    package mutating func ended(
        _ run: ReleaseMemory.LastRun,
        of canary: CanaryKey,
        brakes: CanaryPolicy.Brakes,
        scope: ScopedPolicy.Scope,
        in file: String? = nil,
        at now: Timestamp
    ) -> Notice? {
        guard case .rolledBack(let reason, _) = run.outcome, reason.label != Reason.operatorLabel,
            reason.label != Reason.releaseChangedLabel, run.endedAt > liftedAt ?? Timestamp(milliseconds: .min),
            !recent.contains(where: { $0.run == run.id && $0.canary == canary })
        else { return nil }
        recent.append(Rollback(canary: canary, run: run.id, at: run.endedAt, label: reason.label))
        recent.sort { ($0.at, $0.canary, $0.run) < ($1.at, $1.canary, $1.run) }
        forget(before: now, brakes)
        guard engaged == nil, recent.count > max(brakes.rollbacks, 0) else { return nil }
        let engaged = Engaged(
            since: now,
            rollbacks: Array(recent.suffix(Self.named)),
            count: recent.count,
            within: brakes.within
        )
        self.engaged = engaged
        return Notice(.page, Reason("brakes", engaged.sentence(scope, in: file)))
    }

    /// Obeys an operator's lift if it is about the present engagement, and says so.
    package mutating func lift(_ lift: Lift, at now: Timestamp) -> Notice? {
        guard let engaged, lift.mark == engaged.mark else { return nil }
        liftedAt = now
        recent.removeAll { $0.at <= now }
        self.engaged = nil
        let why = PlainLine.of(lift.reason, limit: 300)
        let text =
            "the brakes are lifted by \(PlainLine.of(lift.by, limit: 100))\(why.isEmpty ? "" : ": \(why)"); "
            + "releases begin and step up again"
        return Notice(.info, Reason("brakes-lifted", text))
    }

    private mutating func forget(before now: Timestamp, _ brakes: CanaryPolicy.Brakes) {
        recent.removeAll { now.since($0.at) > brakes.within }
        if recent.count > Self.limit { recent.removeFirst(recent.count - Self.limit) }
    }
}

extension FleetBrakes.Engaged {
    /// What a lift has to name.
    package var mark: String { since.rfc3339 }

    /// One sentence that names the canaries.
    ///
    /// - Parameter file: of the policy; nil for an object of the cluster.
    package func sentence(_ scope: ScopedPolicy.Scope, in file: String? = nil) -> String {
        var names: [String] = []
        for rollback in rollbacks where !names.contains("\(rollback.canary)") { names.append("\(rollback.canary)") }
        let shown = names.prefix(8).joined(separator: ", ")
        let more = names.count > 8 ? " and \(names.count - 8) more" : ""
        let lift = file.map { file in
            "the CanaryPolicy in \(PlainLine.of(file, limit: 300)) has the annotations `request.haldane.dev/verb: lift-brakes` and "
                + "`request.haldane.dev/mark: \"\(mark)\"`"
        }
        return "the brakes of \(scope.words) hold: \(count) rollbacks within \(Phrase.duration(within.inSeconds)) "
            + "(\(shown)\(more)); nothing begins or steps up until \(lift ?? scope.liftWords), rollbacks go on"
    }
}
