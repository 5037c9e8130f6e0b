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
    private let onStory: (@Sendable (StoryBoard) -> Void)?
    private let page: StatusBoard?

    /// - Parameters:
    ///   - desk: where operators reach the run; nil if they cannot.
    ///   - onStory: is given the run's story when it begins; nil where nobody shows it.
    ///   - page: shows the run, and its story, to browsers and monitoring; it has to be an observer as well.
    package init(
        options: RunOptions,
        observer: any RunObserver,
        inbox: RunInbox,
        clock: any RunClock = WallRunClock(),
        desk: RunDesk? = nil,
        onStory: (@Sendable (StoryBoard) -> Void)? = nil,
        page: StatusBoard? = nil
    ) {
        self.options = options
        self.observer = observer
        self.inbox = inbox
        self.clock = clock
        self.desk = desk
        self.onStory = onStory
        self.page = page
    }

    package func run() async throws(AgentError) -> RunReport {
        do {
            let directory = try JournalDirectory(path: options.journalDirectory)
            let lock = try directory.lock()
            let runs = try directory.runs()
            let resumed = try runs.last.flatMap { try unfinished($0, in: directory) }
            let ground = try await RunGround.open(options, isResumption: resumed != nil && !options.startsNew)
            do {
                let report = try await drive(directory, runs, resumed, ground)
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

    private func drive(
        _ directory: JournalDirectory,
        _ runs: [JournalFile],
        _ resumed: UnfinishedRun?,
        _ ground: RunGround
    ) async throws(AgentError) -> RunReport {
        do {
            let plan = try await prepare(directory, runs, resumed, ground)
            var driver = RolloutDriver(
                header: plan.header,
                state: plan.state,
                source: ground.source(plan.header.roles, interval: plan.header.spec.pace.interval),
                store: try await ground.store(plan.header.spec, plan.header.roles),
                population: ground.population,
                journal: journal(plan),
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

    /// The journal, with a board beside it where somebody shows the run.
    private func journal(_ plan: Plan) -> any JournalSink {
        let path = plan.writer.path
        let own = RunJournal(writer: plan.writer)
        let journal = page?.reading(own, of: plan.header, path: path, plan.state) ?? own
        guard onStory != nil || page != nil else { return journal }
        // A story that cannot be read from its beginning begins here: a page is no reason to stop a run.
        let told = plan.resumption == nil ? nil : try? JournalStory.fold(path: path).fold
        let board = StoryBoard(journal, header: plan.header, fold: told, journalPath: path)
        onStory?(board)
        page?.follow(board)
        return board
    }

    /// What is said at the start: why a release is tried again, and what was found on the way to the route.
    private func opening(_ ground: RunGround, _ plan: Plan) -> [Notice] {
        let retry = options.retryReason.map { Notice(.info, Reason("retry", "tried again by the operator: \($0)")) }
        // A run that is taken up is not refused any more: it may have something to roll back.
        let findings = ground.findings.filter { finding in
            finding.severity == .warning || (plan.resumption != nil && finding.isBlocking)
        }
        return [retry].compactMap { $0 } + plan.notices + findings.map { Notice(.warning, $0.reason) }
    }

    private struct Plan {
        var header: RunHeader
        var state: RunState
        var writer: JournalWriter
        var resumption: Reason?
        var recalled: [TimedWindow]
        /// What is said at the start.
        var notices: [Notice] = []
    }

    /// Takes up an unfinished run, or begins a new one.
    private func prepare(
        _ directory: JournalDirectory,
        _ runs: [JournalFile],
        _ resumed: UnfinishedRun?,
        _ ground: RunGround
    ) async throws -> Plan {
        if let resumed {
            try resumed.header.requireSameCluster(as: ground.server)
            if options.startsNew {
                try resumed.requireNoRollback()
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

    private func begin(
        in directory: JournalDirectory,
        after runs: [JournalFile],
        _ ground: RunGround
    ) async throws -> Plan {
        let spec = ground.spec
        if let refusal = AgentError(refusing: ground.findings) { throw refusal }
        let found = try await ground.store(spec, .asNamed).read()
        let roles = Roles(found: found.weights)
        let rules = StartRules(options: options, ground: ground, found: found)
        if let refusal = await rules.refusals(after: runs.last).first { throw refusal }
        var (paced, notices) = try await ground.paced(roles)
        let now = await clock.now()
        let header = RunHeader(
            version: options.version,
            run: RunID.make(at: now, after: runs.last?.runID),
            startedAt: now,
            spec: paced,
            roles: roles,
            place: found.place,
            cluster: ground.server,
            by: options.by
        )
        var recalled = PriorHistory.windows(from: runs, for: header)
        if recalled.isEmpty, let found = await ground.history(header) {
            recalled = found.windows
            notices.append(found.notice)
        }
        let writer = try directory.create(runID: header.run, header: try JournalCodec().encode(header))
        return Plan(
            header: header,
            state: RunState(header: header),
            writer: writer,
            resumption: nil,
            recalled: recalled,
            notices: notices
        )
    }
}
