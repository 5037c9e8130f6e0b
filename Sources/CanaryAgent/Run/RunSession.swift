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

    package init(
        options: RunOptions,
        observer: any RunObserver,
        inbox: RunInbox,
        clock: any RunClock = WallRunClock()
    ) {
        self.options = options
        self.observer = observer
        self.inbox = inbox
        self.clock = clock
    }

    package func run() async throws(AgentError) -> RunReport {
        let client = HTTPClient()
        do {
            let report = try await drive(client)
            await client.shutdown()
            return report
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private func drive(_ client: HTTPClient) async throws(AgentError) -> RunReport {
        do {
            let directory = try JournalDirectory(path: options.journalDirectory)
            let lock = try directory.lock()
            let plan = try await prepare(directory)
            var driver = RolloutDriver(
                header: plan.header,
                state: plan.state,
                source: ScrapeSource(
                    spec: RouteFile.completed(options.live, path: options.routePath),
                    roles: plan.header.roles,
                    client: client
                ),
                store: RouteFile.store(options.routePath, plan.header.spec, plan.header.roles),
                journal: RunJournal(writer: plan.writer),
                clock: clock,
                observer: observer,
                notifier: WebhookNotifier(options.live.notify, client: client),
                inbox: inbox
            )
            let end = await driver.run(resumption: plan.resumption, recalled: plan.recalled)
            // A failed last flush was reported by the driver already.
            try? await plan.writer.close()
            lock.release()
            return RunReport(
                header: plan.header,
                ledger: end.ledger,
                outcome: end.outcome,
                interruption: end.interruption,
                weights: end.weights,
                routePath: options.routePath,
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

    private struct Plan {
        var header: RunHeader
        var state: RunState
        var writer: JournalWriter
        var resumption: Reason?
        var recalled: [RecalledWindow]
    }

    /// Takes up an unfinished run, or begins a new one.
    private func prepare(_ directory: JournalDirectory) async throws -> Plan {
        let runs = try directory.runs()
        if let last = runs.last, let resumed = try unfinished(last, in: directory) {
            if options.startsNew {
                try await requireSameRoles(as: resumed.header)
                try await resumed.close(at: await clock.now())
            } else {
                try resumed.header.requireSameCanary(as: RouteFile.completed(options.spec, path: options.routePath))
                return Plan(
                    header: resumed.header,
                    state: resumed.state,
                    writer: resumed.writer,
                    resumption: resumed.reason,
                    recalled: []
                )
            }
        }
        return try await begin(in: directory, after: runs)
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
    private func requireSameRoles(as unfinished: RunHeader) async throws {
        let found = try await RouteFile.store(options.routePath, unfinished.spec, .asNamed).read()
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

    private func begin(in directory: JournalDirectory, after runs: [JournalFile]) async throws -> Plan {
        let spec = RouteFile.completed(options.spec, path: options.routePath)
        let found = try await RouteFile.store(options.routePath, spec, .asNamed).read()
        let roles = Roles(found: found.weights)
        try requireIntended(roles, found, spec)
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
