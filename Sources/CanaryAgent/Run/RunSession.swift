package import CanaryCore
import CanaryJournal
import CanaryRouting
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML

/// One rollout of a spec to its end: lock, journal, resume or begin, drive, report.
package struct RunSession {
    private let options: RunOptions
    private let observer: any RunObserver
    private let inbox: RunInbox
    private let clock: any RunClock
    private let desk: RunDesk?

    /// - Parameter desk: where operators reach the run; nil if they cannot.
    package init(
        options: RunOptions,
        observer: any RunObserver,
        inbox: RunInbox,
        clock: any RunClock = WallRunClock(),
        desk: RunDesk? = nil
    ) {
        self.options = options
        self.observer = observer
        self.inbox = inbox
        self.clock = clock
        self.desk = desk
    }

    package func run() async throws(AgentError) -> RunReport {
        do {
            let directory = try JournalDirectory(path: options.journalDirectory)
            let lock = try directory.lock()
            let ground = try await RunGround.open(options)
            do {
                let report = try await drive(directory, ground)
                await ground.close()
                lock.release()
                return report
            } catch {
                await ground.close()
                throw error
            }
        } catch let error as AgentError {
            throw error
        } catch let error as JournalError {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        } catch {
            throw AgentError("the run could not begin", cause: "\(error)")
        }
    }

    private func drive(_ directory: JournalDirectory, _ ground: RunGround) async throws(AgentError) -> RunReport {
        do {
            let plan = try await prepare(directory, ground)
            var driver = RolloutDriver(
                header: plan.header,
                state: plan.state,
                source: ground.source(plan.header.roles),
                store: try await ground.store(plan.header.spec, plan.header.roles),
                population: ground.population,
                journal: RunJournal(writer: plan.writer),
                clock: clock,
                observer: observer,
                notifier: ground.notifier,
                inbox: inbox,
                desk: desk
            )
            let opening = opening(ground, plan)
            desk?.open(RunDesk.Place(journalPath: plan.writer.path))
            let end = await ControlChannel.serving(desk, in: directory.path) {
                await driver.run(resumption: plan.resumption, recalled: plan.recalled, opening: opening)
            }
            // A failed last flush was reported by the driver already.
            try? await plan.writer.close()
            return RunReport(
                header: plan.header,
                ledger: end.ledger,
                outcome: end.outcome,
                interruption: end.interruption,
                weights: end.weights,
                route: ground.routeLabel,
                journalPath: plan.writer.path
            )
        } catch let error as AgentError {
            throw error
        } catch let error as JournalError {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        } catch let error as RouteError {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        } catch {
            throw AgentError("the run could not begin", cause: "\(error)")
        }
    }

    /// What is said at the start: why a release is tried again, and what was found on the way to the route.
    private func opening(_ ground: RunGround, _ plan: Plan) -> [Notice] {
        let retry = options.retryReason.map { Notice(.info, Reason("retry", "tried again by the operator: \($0)")) }
        // A run that is taken up is not refused any more: it may have something to roll back.
        let findings = ground.findings.filter { finding in
            finding.severity == .warning || (plan.resumption != nil && finding.isBlocking)
        }
        return [retry].compactMap { $0 } + findings.map { Notice(.warning, $0.reason) }
    }

    private struct Plan {
        var header: RunHeader
        var state: RunState
        var writer: JournalWriter
        var resumption: Reason?
        var recalled: [RecalledWindow]
    }

    /// Takes up an unfinished run, or begins a new one.
    private func prepare(_ directory: JournalDirectory, _ ground: RunGround) async throws -> Plan {
        let runs = try directory.runs()
        if let last = runs.last, let resumed = try unfinished(last, in: directory) {
            if options.startsNew {
                try await requireSameRoles(as: resumed.header, ground)
                try await resumed.close(at: await clock.now())
            } else {
                try resumed.header.requireSameCanary(as: ground.spec)
                return Plan(
                    header: resumed.header,
                    state: resumed.state,
                    writer: resumed.writer,
                    resumption: resumed.reason,
                    recalled: []
                )
            }
        }
        return try await begin(in: directory, after: runs, ground)
    }

    /// The unfinished run of a journal. A journal that cannot be read does not stand in the way of `--new`.
    private func unfinished(_ file: JournalFile, in directory: JournalDirectory) throws -> UnfinishedRun? {
        do {
            return try UnfinishedRun.take(file, in: directory)
        } catch let error as JournalError where error.disposition == .refuse && options.startsNew {
            return nil
        } catch is AgentError where options.startsNew {
            return nil
        }
    }

    /// Refuses to begin anew where an unfinished run has given its unproved canary most of the traffic: the new run would take
    /// that canary for stable.
    private func requireSameRoles(as unfinished: RunHeader, _ ground: RunGround) async throws {
        let found = try await ground.store(unfinished.spec, .asNamed).read()
        guard Roles(found: found.weights) != unfinished.roles else { return }
        throw AgentError(
            "the unfinished run \(unfinished.run) has given \(unfinished.canary.label) most of the traffic and has not proved it; "
                + "a new run would take it for stable",
            hint: "go on with it by leaving out --new, or set the weights back by hand first"
        )
    }

    /// Refuses to try the spec's stable destination unless the user says so.
    ///
    /// After a promotion the canary carries the traffic, and the same command would send it back to the old version. A file does
    /// not show whether that slot holds a new release by now.
    private func requireIntended(_ roles: Roles, _ found: RouteSnapshot, _ spec: CanarySpec) throws(AgentError) {
        guard roles == .exchanged else { return }
        let (old, new) = (spec.route.stable.label, spec.route.canary.label)
        let share = Phrase.weight(found.weights.canaryPercent)
        guard found.weights.stable == 0 else {
            throw AgentError(
                "\(new) carries \(share) and \(old) the rest: it cannot be told which of the two is being tried",
                hint: "set the weights to 100/0 or 0/100 by hand, then run again"
            )
        }
        guard options.startsNew else {
            throw AgentError(
                "\(new) carries \(share) already; this run would try \(old) and take \(new) as stable",
                hint: "if \(old) holds the next release, say so with --new; otherwise there is nothing to do"
            )
        }
    }

    /// Refuses a release that the last run rolled back, unless it is to be tried again.
    ///
    /// Releases are told apart by their pods' template hashes; where those are not known, nothing is refused.
    private func requireUntried(_ last: JournalFile?, _ roles: Roles, _ ground: RunGround) async throws(AgentError) {
        guard options.retryReason == nil, let last, let found = await ground.population?.population(),
            let tried = PriorRelease.rolledBack(in: last)
        else { return }
        let canary = roles == .asNamed ? found.canary.hashes : found.stable.hashes
        guard !canary.isEmpty, canary == tried.canary else { return }
        throw AgentError(
            "this release (\(canary.joined(separator: ", "))) was rolled back by the run \(tried.run): \(tried.reason.text)",
            hint: "deploy another one, or try it again with 'haldane retry SPEC --reason WHY'"
        )
    }

    private func begin(
        in directory: JournalDirectory,
        after runs: [JournalFile],
        _ ground: RunGround
    ) async throws -> Plan {
        let spec = ground.spec
        if let refusal = AgentError(refusing: ground.findings) { throw refusal }
        let found = try await ground.store(spec, .asNamed).read()
        let roles = Roles(found: found.weights)
        try requireIntended(roles, found, spec)
        try await requireUntried(runs.last, roles, ground)
        let now = await clock.now()
        let header = RunHeader(
            version: options.version,
            run: RunID.make(at: now, after: runs.last?.runID),
            startedAt: now,
            spec: spec,
            roles: roles,
            place: found.place
        )
        let writer = try directory.create(runID: header.run, header: try JournalCodec().encode(header))
        return Plan(
            header: header,
            state: RunState(header: header),
            writer: writer,
            resumption: nil,
            recalled: PriorHistory.windows(from: runs, for: header)
        )
    }
}
