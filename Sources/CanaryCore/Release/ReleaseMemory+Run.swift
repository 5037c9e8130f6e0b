extension ReleaseMemory {
    /// The memory after a run has ended.
    ///
    /// A promoted release is what its slot holds now, and so is the one it replaced. One that was not promoted is not tried again,
    /// except after `release-changed`: what came instead is news. A run that was interrupted has not ended; do not note it.
    ///
    /// - Parameters:
    ///   - release: the releases of the run, by role; nil takes the header's.
    ///   - left: the weights as last read or written, by role; nil if nothing is known of them.
    package func noting(
        _ outcome: Outcome,
        header: RunHeader,
        release: Rollout.Release? = nil,
        left: RouteWeights? = nil,
        at now: Timestamp
    ) -> ReleaseMemory {
        var memory = self
        let release = release ?? header.release
        let roles = header.roles
        memory.last = LastRun(
            id: header.run,
            release: release,
            // Of another canary than the one that was there at the start they say nothing.
            images: release?.canary == header.release?.canary ? header.images : nil,
            roles: roles,
            outcome: outcome,
            startedAt: header.startedAt,
            endedAt: now,
            by: header.by
        )
        memory.left = left.map { roles == .asNamed ? $0 : $0.swapped }
        let before = memory.dropped
        memory.dropped = nil
        guard let release else { return memory }
        if let before, Set(before.canary) != Set(release.canary) { memory.noteTried(before.canary) }
        switch outcome {
        case .promoted:
            memory.note(release.canary, in: .idle(roles))
            memory.note(release.stable, in: .serving(roles))
            memory.forgetTried(release.canary)
        case .rolledBack(let reason, _), .stopped(let reason), .held(_, let reason):
            if reason.label == Reason.releaseChangedLabel {
                memory.dropped = release
            } else {
                memory.noteTried(release.canary)
            }
        case .refused:
            memory.noteTried(release.canary)
        case .judged:
            break
        }
        return memory
    }

    /// What an operator's retry does.
    package enum Retry: Sendable, Hashable {
        /// What is in the idle slot is news again.
        case again(ReleaseMemory)
        /// There is nothing to retry, and why.
        case refused(Reason)
    }

    /// Makes what is in the idle slot news again, whatever became of it before; weights between that are found are accepted.
    ///
    /// - Parameters:
    ///   - population: the pods by the spec's names; nil if they are not known at the moment.
    ///   - weights: as found, by the spec's names; nil if the route cannot be read.
    package func forgetting(population: Population?, weights: RouteWeights?) -> Retry {
        guard let population else {
            return .refused(Reason("pods-unknown", "the pods are not known at the moment; ask again when they are"))
        }
        guard let weights, weights.sum > 0, weights.stable >= 0, weights.canary >= 0 else {
            return .refused(
                Reason("route-unknown", "the route's weights are not known at the moment; ask again when they are")
            )
        }
        let roles = roles(at: weights)
        let slot = Slot.idle(roles)
        let hashes = population.side(slot).hashes
        guard !hashes.isEmpty else {
            return .refused(Reason("nothing-to-retry", "there is nothing to retry: the idle slot has no pods"))
        }
        guard Set(hashes) != Set(population.side(.serving(roles)).hashes) else {
            let text = "there is nothing to retry: both slots run the revision \(hashes.joined(separator: ", "))"
            return .refused(Reason("nothing-to-retry", text))
        }
        if isNews(population, roles: roles), isExplained(weights) {
            let text =
                "there is nothing to retry: \(hashes.joined(separator: ", ")) was not tried yet, and is begun as soon as it is "
                + "ready and nothing holds it up"
            return .refused(Reason("nothing-to-retry", text))
        }
        var memory = self
        memory[slot] = (memory[slot] ?? []).filter { !hashes.contains($0) }
        if memory[.serving(roles)] == nil { memory[.serving(roles)] = population.side(.serving(roles)).hashes }
        memory.forgetTried(hashes)
        memory.dropped = nil
        memory.left = weights
        return .again(memory)
    }

    /// Makes a release news again whose run was refused before anything was written: for when the spec was changed since.
    package func forgettingRefusal() -> ReleaseMemory {
        guard let last, case .refused = last.outcome, let release = last.release else { return self }
        var memory = self
        memory.forgetTried(release.canary)
        return memory
    }
}

// MARK: Questions

extension ReleaseMemory {
    /// Whether weights between the slots are nobody else's.
    func isExplained(_ weights: RouteWeights) -> Bool {
        weights.stable == 0 || weights.canary == 0 || weights == left
    }

    /// Which slot plays which part at these weights. A run that was held above half of the traffic has not made its canary stable.
    package func roles(at weights: RouteWeights) -> Roles {
        if weights.stable > 0, weights.canary > 0, weights == left, let last { return last.roles }
        return Roles(found: weights)
    }

    /// Whether the idle slot holds something that was not tried.
    func isNews(_ population: Population, roles: Roles) -> Bool {
        let hashes = population.side(.idle(roles)).hashes
        guard !hashes.isEmpty else { return false }
        if let dropped, dropped == Rollout.Release(population, roles: roles) { return false }
        let known = Set(self[.idle(roles)] ?? []).union(tried ?? [])
        return hashes.contains { !known.contains($0) }
    }

    /// What is in a slot now is no news there; a slot without pods keeps what was.
    mutating func note(_ hashes: [String], in slot: Slot) {
        if !hashes.isEmpty || self[slot] == nil { self[slot] = hashes }
    }

    private mutating func noteTried(_ hashes: [String]) {
        let all = (tried ?? []).filter { !hashes.contains($0) } + hashes
        tried = Array(all.suffix(Self.triedLimit))
    }

    private mutating func forgetTried(_ hashes: [String]) {
        let rest = (tried ?? []).filter { !hashes.contains($0) }
        tried = rest.isEmpty ? nil : rest
    }
}

extension Reason {
    /// The pods of a run became those of another revision.
    package static let releaseChangedLabel = "release-changed"
    /// A person asked for it.
    package static let operatorLabel = "operator"
}
