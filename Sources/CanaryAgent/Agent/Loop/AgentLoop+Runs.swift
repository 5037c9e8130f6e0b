import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryYAML

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Beginning runs, and what follows from their end.
extension AgentLoop {
    /// Begins what may begin: open gates, a place in line, no attempt that just failed.
    mutating func begin(in group: inout DiscardingTaskGroup) async {
        guard hasLooked, mirrors.areListed else { return }
        let now = await clock.now()
        var open: [CanaryKey] = []
        for key in candidates {
            guard let entry = entries[key], case .begin = entry.decision, runs[key] == nil else {
                candidates.remove(key)
                continue
            }
            guard isMine(key) else { continue }
            guard case .success(let canary)? = entry.resolved?.result else { continue }
            if let failure = entry.failure, failure.retryAt > .now, failure.mark == failureMark(entry) {
                hold(key, failure.reason, at: now)
                continue
            }
            let gate = policies.gate(for: key, own: canary.own)
            if entry.pass == nil, let reason = policies.trouble(for: key) ?? gate.closed(at: now) {
                hold(key, reason, at: now)
                continue
            }
            open.append(key)
        }
        guard !open.isEmpty else { return }
        let queue = queue(open)
        for key in open.sorted() {
            if entries[key]?.pass == nil, let reason = queue.refusal(of: key) {
                hold(key, reason, at: now)
                continue
            }
            if let reason = await routeRefusal(of: key) {
                // What an operator allowed was for now.
                entries[key]?.pass = nil
                if entries[key]?.firstCommand != nil {
                    let request = entries[key]?.asked?.request
                    dropFirstCommand(key)
                    if let request {
                        settle(request: request.answer(.refused, "no run can begin: \(reason.text)", at: now), of: key)
                    }
                    wake.ring(key)
                    continue
                }
                hold(key, reason, at: now)
                continue
            }
            start(key, in: &group, at: now)
        }
    }

    /// Who runs and who waits, in all replicas: what others look after is known from the objects' status.
    private func queue(_ open: [CanaryKey]) -> ReleaseQueue {
        var policies = policies.policies
        for key in open {
            guard case .success(let canary)? = entries[key]?.resolved?.result else { continue }
            policies += canary.own
        }
        guard policies.contains(where: { $0.policy.maxConcurrent != nil }) else { return ReleaseQueue() }
        var running = Set(runs.keys)
        var waiting: [ReleaseQueue.Waiting] = []
        for (key, entry) in entries {
            if entry.record.run != nil { running.insert(key) }
            let isOpen = open.contains(key)
            let status = isMine(key) ? nil : CanaryStatus(json: entry.object.json["status"] ?? .object([:]))
            let isInLine = status?.gate == nil || status?.gate?.label == "max-concurrent"
            if isOpen, let since = entry.waitingSince {
                waiting.append(ReleaseQueue.Waiting(key, since: since))
            } else if let since = status?.waitingSince, isInLine {
                waiting.append(ReleaseQueue.Waiting(key, since: since))
            }
        }
        return ReleaseQueue(running: running, waiting: waiting, policies: policies)
    }

    /// A release that is ready and has to wait.
    private mutating func hold(_ key: CanaryKey, _ reason: Reason, at now: Timestamp) {
        guard let entry = entries[key], let decision = entry.decision else { return }
        if entry.gate != reason {
            entries[key]?.gate = reason
            log.tell("waiting", key, [("reason", reason.label), ("message", reason.text)])
        }
        tell(key, .between(decision), at: now)
    }

    private mutating func start(_ key: CanaryKey, in group: inout DiscardingTaskGroup, at now: Timestamp) {
        guard let entry = entries[key], case .begin(let roles, let release)? = entry.decision,
            case .success(let canary)? = entry.resolved?.result
        else { return }
        let found = release.canary.joined(separator: ",")
        let ours = roles == .asNamed ? entry.population : entry.population?.swapped
        let images = ours.flatMap { ReleaseImages($0) }
        let known = [("image", images?.canary), ("stable", images?.stable)].compactMap { name, value in
            value.map { (name, $0) }
        }
        log.tell("begin", key, [("release", found), ("roles", roles.rawValue)] + known)
        let what = [found, images?.canary].compactMap { $0 }.joined(separator: ", ")
        let instead = images?.stable.map { "; stable is \($0)" } ?? ""
        event(key, Reason("begin", "a new release (\(what)) is ready and is tried\(instead)"), isWarning: false)
        var options = runOptions(key, canary)
        let wish = takeWish(key)
        options.retryReason = wish.retry
        options.roles = roles
        launch(key, canary, options, in: &group, at: now) { inbox in
            if let first = wish.firstCommand { inbox.send(.asked(first.command, first.ticket)) }
        }
    }

    /// Makes a run a task of its own.
    mutating func launch(
        _ key: CanaryKey,
        _ canary: RunnableCanary,
        _ given: RunOptions,
        in group: inout DiscardingTaskGroup,
        at now: Timestamp,
        _ prepare: (RunInbox) -> Void = { _ in }
    ) {
        let entry = entries[key]
        let gate = AgentGate(policies.gate(for: key, own: canary.own), unknown: policies.trouble(for: key))
        if let pass = entry?.pass { gate.passOnce(pass) }
        entries[key]?.pass = nil
        entries[key]?.gate = nil
        entries[key]?.waitingSince = nil
        let run = ActiveRun(
            canary: key,
            generation: entry?.specRevision ?? "",
            spec: canary.spec,
            own: canary.own,
            gate: gate,
            page: StatusBoard(version: options.version),
            at: now
        )
        prepare(run.inbox)
        runs[key] = run
        var options = given
        options.gate = gate
        let lines = RunLines(log: log, canary: key, actor: self.options.identity)
        let events = ObjectEvents(cluster.events, of: entry?.object)
        let watcher = RunWatcher(run: run, lines: lines, wake: wake, events: events)
        let session = RunSession(
            options: options,
            observer: RunObservers([watcher, run.page]),
            inbox: run.inbox,
            clock: clock,
            desk: desk(run),
            onStory: { run.follow($0) },
            page: run.page
        )
        group.addTask { [ends, wake] in
            let result: Result<RunReport, AgentError>
            do throws(AgentError) {
                result = .success(try await session.run())
            } catch {
                result = .failure(error)
            }
            ends.add(RunEnds.End(run: run, result: result))
            wake.ring(key)
        }
    }

    func runOptions(_ key: CanaryKey, _ canary: RunnableCanary) -> RunOptions {
        var options = RunOptions(
            spec: canary.spec,
            live: canary.live,
            route: .cluster,
            journalDirectory: self.options.journal(of: key.name, in: key.namespace),
            version: self.options.version
        )
        options.shared = cluster
        options.settle = settlePlace(canary)
        options.by = self.options.specs == nil ? Takeover.agent : "\(Takeover.agent) --specs"
        options.identity = self.options.identity
        options.isUnattended = true
        options.custody = CustodyTiming(lease: self.options.leaseDuration)
        return options
    }

    private func desk(_ run: ActiveRun) -> RunDesk {
        RunDesk(inbox: run.inbox) { snapshot, place in
            RunStatus(
                header: snapshot.header,
                rollout: snapshot.rollout,
                ledger: snapshot.ledger,
                at: snapshot.at,
                state: .running,
                journal: place.journalPath,
                process: getpid()
            ).json()
        }
    }

    // MARK: The end of a run

    mutating func ended(_ end: RunEnds.End) {
        let key = end.run.canary
        if runs[key] === end.run { runs[key] = nil }
        switch end.result {
        case .success(let report):
            entries[key]?.failure = nil
            entries[key]?.wish = nil
            remember(report, of: end.run)
            if report.outcome == nil {
                let why = report.interruption?.text ?? "it was left"
                log.tell("left", key, run: report.header.run, [("message", why)])
            }
        case .failure(let error):
            failed(key, error)
            if end.run.progress == nil { restoreWish(key, tries: entries[key]?.failure?.count ?? 0) }
        }
        wake.ring(key)
        guard entries[key] == nil else { return }
        // The object went while its run went on.
        interests.set([], for: key)
        statuses?.forget(key)
    }

    /// A run that could not begin is tried again: soon at first, then every five minutes, and at once when something changed.
    private mutating func failed(_ key: CanaryKey, _ error: AgentError) {
        guard let entry = entries[key] else { return }
        let text = [error.message, error.cause, error.hint].compactMap { $0 }.joined(separator: "; ")
        let reason = Reason("not-begun", text)
        let count = (entry.failure?.count ?? 0) + 1
        let pause = min(Duration.seconds(300), .seconds(5) * (1 << min(count - 1, 6)))
        let mark = failureMark(entry)
        let failure = CanaryEntry.Failure(reason: reason, count: count, retryAt: .now + pause, mark: mark)
        entries[key]?.failure = failure
        log.tell("not-begun", key, [("tries", "\(count)"), ("message", text)])
        event(key, reason, isWarning: true)
    }

    /// What a failure goes by. The Lease's version is not part of it: an attempt that fails changes that itself.
    private func failureMark(_ entry: CanaryEntry) -> String {
        let holder = entry.record.holder == options.identity ? "" : entry.record.holder
        return "\(entry.resolved?.mark ?? "") \(entry.route?.revision ?? "") \(holder) \(entry.memory.hashValue)"
    }

    // MARK: While it goes on

    /// A run keeps the spec that it began with. Only where another route or other destinations are meant is it rolled back, so that
    /// nothing is left behind that nobody looks after.
    mutating func followSpec(_ key: CanaryKey, _ canary: RunnableCanary, at now: Timestamp) {
        guard let run = runs[key], let entry = entries[key], run.generation != entry.specRevision else { return }
        let (before, after) = (run.spec.route, canary.spec.route)
        let isElsewhere =
            before.object != after.object || before.kind != after.kind || before.rule != after.rule
            || !before.stable.isSameDestination(as: after.stable)
            || !before.canary.isSameDestination(as: after.canary)
        guard isElsewhere, run.turnOnce() else { return }
        let text =
            "the spec names another route or other destinations now: this run goes back to stable, and a new one begins"
        log.tell("spec-changed", key, [("message", text)])
        run.inbox.send(.command(.rollback(because: text)))
    }

    func publishGate(_ key: CanaryKey, _ canary: RunnableCanary) {
        runs[key]?.gate.publish(policies.gate(for: key, own: canary.own), unknown: policies.trouble(for: key))
    }

    /// The object is gone: what its run changed is taken back, whatever the evidence says, because nobody looks after it any more.
    mutating func removed(_ key: CanaryKey) {
        log.tell("removed", key)
        entries[key] = nil
        order = nil
        claims.set(nil, for: key)
        statuses?.forget(key)
        settlements.forget(key)
        guard let run = runs[key], run.turnOnce() else {
            if runs[key] == nil { interests.set([], for: key) }
            return
        }
        run.inbox.send(.command(.rollback(because: Takeover.removed)))
    }
}

extension DestinationSpec {
    /// Whether a route's rule means the same destination by both; which workload serves it may be inferred later.
    fileprivate func isSameDestination(as other: DestinationSpec) -> Bool {
        host == other.host && subset == other.subset
    }
}
