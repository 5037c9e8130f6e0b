/// Whether releases of one canary may go on by what the policies above it say: cluster, namespace and object.
///
/// Whatever any of them forbids is forbidden. Nobody asks a gate about a rollback.
package struct PolicyGate: Sendable, Hashable {
    package var policies: [ScopedPolicy]
    /// The brakes of the scopes, with where they hold.
    package var brakes: [ScopedBrakes]

    package struct ScopedBrakes: Sendable, Hashable {
        package var scope: ScopedPolicy.Scope
        package var brakes: FleetBrakes
        /// The file of the policy whose they are; nil for an object of the cluster.
        package var file: String?

        package init(_ scope: ScopedPolicy.Scope, _ brakes: FleetBrakes, file: String? = nil) {
            self.scope = scope
            self.brakes = brakes
            self.file = file
        }
    }

    /// - Parameters:
    ///   - policies: those of the canary's scopes; others are left out.
    ///   - brakes: the same.
    package init(for canary: CanaryKey, policies: [ScopedPolicy], brakes: [ScopedBrakes] = []) {
        self.policies = policies.filter { $0.scope.contains(canary) }
        self.brakes = brakes.filter { $0.scope.contains(canary) }
    }

    /// Why the weight must not rise at the moment; nil lets it.
    ///
    /// The text stays the same while the situation does, so that it may be asked each round: times in it are absolute.
    ///
    /// - Parameter burning: what `StableBurn` says of the run's stable version.
    package func closed(at now: Timestamp, burning: Reason? = nil) -> Reason? {
        for scoped in policies {
            guard let freeze = scoped.policy.freeze, freeze.holds(at: now) else { continue }
            return Reason("frozen", freeze.sentence(scoped.scope, in: scoped.file, isReadOnce: scoped.isReadOnce))
        }
        for scoped in brakes {
            guard let engaged = scoped.brakes.engaged else { continue }
            return Reason("brakes", engaged.sentence(scoped.scope, in: scoped.file))
        }
        return burning ?? windowReason(at: now)
    }

    /// Why no new run may begin at the moment; nil lets it.
    ///
    /// - Parameter queue: who runs and who waits, to keep `maxConcurrent` in a fair order.
    package func mayNotBegin(_ canary: CanaryKey, queue: ReleaseQueue, at now: Timestamp) -> Reason? {
        closed(at: now) ?? queue.refusal(of: canary)
    }

    /// When everything that is bound to times opens, as far as it is known: windows, and freezes with an end. Nil if it is open,
    /// or nobody can say.
    package func nextOpening(after now: Timestamp) -> Timestamp? {
        var moment = now
        // Windows of several scopes can exclude each other for ever.
        for _ in 0..<32 {
            var next = moment
            for scoped in policies {
                if let freeze = scoped.policy.freeze, freeze.holds(at: moment) {
                    guard let until = freeze.until else { return nil }
                    next = max(next, until)
                }
                guard let opening = scoped.policy.opening(after: moment) else { return nil }
                next = max(next, opening)
            }
            if next == moment { return moment == now ? nil : moment }
            moment = next
        }
        return nil
    }

    private func windowReason(at now: Timestamp) -> Reason? {
        for scoped in policies where !scoped.policy.windows.isEmpty {
            let windows = scoped.policy.windows
            let states = windows.map { $0.isOpen(at: now) }
            if states.contains(true) { continue }
            if let index = states.firstIndex(of: nil) {
                let zone = PlainLine.of(windows[index].timeZone, limit: 64)
                let text =
                    "the release window of \(scoped.scope.words) names the time zone '\(zone)', which is not known; nothing is "
                    + "raised until the policy is mended"
                return Reason("unknown-time-zone", text)
            }
            let openings = windows.compactMap { window in
                window.nextOpening(after: now).map { (at: $0, zone: window.timeZone) }
            }
            guard let next = openings.min(by: { $0.at < $1.at }) else {
                return Reason("window", "the release windows of \(scoped.scope.words) never open")
            }
            let when = next.at.wallClock(in: next.zone)
            return Reason("window", "outside of the release windows of \(scoped.scope.words), which open \(when)")
        }
        return nil
    }
}

extension CanaryPolicy {
    /// When one of the windows is open: now, or the next opening; nil if never, or if a time zone is not known.
    fileprivate func opening(after now: Timestamp) -> Timestamp? {
        if windows.isEmpty || windows.contains(where: { $0.isOpen(at: now) == true }) { return now }
        return windows.compactMap { $0.nextOpening(after: now) }.min()
    }
}

extension CanaryPolicy.Freeze {
    /// A freeze with an end is over by itself.
    package func holds(at now: Timestamp) -> Bool { until.map { now < $0 } ?? true }

    /// One sentence with who froze what until when, and why.
    ///
    /// - Parameters:
    ///   - file: in which it is written; nil for an object of the cluster.
    ///   - isReadOnce: whether nobody looks at it again before the run ends.
    package func sentence(_ scope: ScopedPolicy.Scope, in file: String? = nil, isReadOnce: Bool = false) -> String {
        let who = by.map { " by \(PlainLine.of($0, limit: 100))" } ?? ""
        let written = file.map { "`freeze` is taken out of \(PlainLine.of($0, limit: 300))" } ?? scope.liftWords
        let lift = isReadOnce ? "a new run of a spec that does not say so" : written
        let end = until.map { "until \($0.wallClock(in: "UTC"))" } ?? "until \(lift)"
        return "\(scope.words) is frozen\(who) \(end): \(PlainLine.of(reason, limit: 300))"
    }
}

extension ScopedPolicy.Scope {
    package func contains(_ canary: CanaryKey) -> Bool {
        switch self {
        case .cluster: true
        case .namespace(let namespace): namespace == canary.namespace
        case .object(let namespace, let name): CanaryKey(namespace: namespace, name: name) == canary
        }
    }

    /// What lifts a freeze or brakes that hold there: the command to paste, where there is one.
    package var liftWords: String {
        switch self {
        case .cluster: "`haldane freeze --all --lift --reason WHY`"
        case .namespace(let namespace):
            "`haldane freeze -n \(PlainLine.of(namespace, limit: 253)) --lift --reason WHY`"
        case .object(let namespace, let name): "the spec of \(namespace)/\(name) says otherwise"
        }
    }

    /// What a reader calls it.
    package var words: String {
        switch self {
        case .cluster: "the cluster"
        case .namespace(let namespace): "namespace \(namespace)"
        case .object(let namespace, let name): "\(namespace)/\(name)"
        }
    }
}
