package import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryRouting
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML

/// One rollout of a spec to its end: lock, journal, resume or begin, drive, report.
package struct RunSession {
    let options: RunOptions
    private let observer: any RunObserver
    let inbox: RunInbox
    let clock: any RunClock
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
            let isResumption = (resumed != nil && !options.startsNew) || options.takeover != nil
            let ground = try await RunGround.open(options, isResumption: isResumption)
            do {
                let identity = HolderIdentity.make(options.identity, in: directory, lock: lock)
                // What is missing is told as a whole, before anything is asked for.
                if !isResumption, let refusal = AgentError(refusing: ground.findings) { throw refusal }
                let report = try await claimed(ground, identity) { (custody) async throws(AgentError) in
                    let scene = Scene(
                        directory: directory,
                        runs: runs,
                        resumed: resumed,
                        ground: ground,
                        custody: custody,
                        identity: identity
                    )
                    return try await drive(scene)
                }
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

    /// Claims the canary of a route in a cluster before anything is written, and gives it back if the run cannot begin.
    private func claimed(
        _ ground: RunGround,
        _ identity: HolderIdentity,
        _ body: (ClusterCustody?) async throws(AgentError) -> RunReport
    ) async throws(AgentError) -> RunReport {
        guard let client = ground.kubernetes else { return try await body(nil) }
        let custody = try await ClusterCustody.claim(
            CanaryKey(ground.spec),
            client: client,
            identity: identity,
            wish: options.takeover.map { .asSeen(resourceVersion: $0.orphan.lease.resourceVersion) } ?? .ifFree,
            timing: options.custody,
            inbox: inbox
        )
        do throws(AgentError) {
            return try await body(custody)
        } catch {
            await custody.abandon()
            throw error
        }
    }

    private func drive(_ scene: Scene) async throws(AgentError) -> RunReport {
        let (directory, ground, custody) = (scene.directory, scene.ground, scene.custody)
        do {
            let plan = try await prepare(scene)
            let route = try await ground.store(plan.header.spec, plan.header.roles)
            var driver = RolloutDriver(
                header: plan.header,
                state: plan.state,
                source: ground.source(plan.header.roles, interval: plan.header.spec.pace.interval),
                store: custody.map { GuardedRouteStore(store: route, custody: $0) } ?? route,
                population: ground.population,
                journal: journal(plan),
                clock: clock,
                observer: observer,
                notifier: ground.notifier,
                inbox: inbox,
                desk: desk,
                custody: custody,
                gate: options.gate,
                settlement: ground.settlement(plan.header)
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
        let retry = options.retryReason.map { Notice(.info, $0) }
        // A run that is taken up is not refused any more: it may have something to roll back.
        let findings = ground.findings.filter { finding in
            finding.severity == .warning || (plan.resumption != nil && finding.isBlocking)
        }
        return [retry].compactMap { $0 } + plan.notices + findings.map { Notice(.warning, $0.reason) }
    }

    /// What a run begins from.
    struct Scene {
        let directory: JournalDirectory
        let runs: [JournalFile]
        /// The unfinished run of the folder.
        let resumed: UnfinishedRun?
        let ground: RunGround
        /// Nil for a route in a file.
        let custody: ClusterCustody?
        let identity: HolderIdentity
    }

    struct Plan {
        var header: RunHeader
        var state: RunState
        var writer: JournalWriter
        var resumption: Reason?
        var recalled: [TimedWindow]
        /// What is said at the start.
        var notices: [Notice] = []
    }

    /// Takes up an unfinished run, of this folder or of somebody else, or begins a new one.
    private func prepare(_ scene: Scene) async throws -> Plan {
        let ground = scene.ground
        var closed: String?
        if let resumed = scene.resumed {
            if try isOfAnotherCluster(resumed, scene) {
                try await closeForeign(resumed, scene)
            } else if options.startsNew {
                try resumed.requireNoRollback()
                try await requireSameRoles(as: resumed.header, ground)
                try await resumed.close(at: await clock.now())
                closed = resumed.header.run
            } else if try await isStillHere(resumed, scene) {
                if options.takeover == nil { try resumed.header.requireSameCanary(as: ground.spec) }
                try await goOn(resumed, scene)
                return Plan(
                    header: resumed.header,
                    state: resumed.state,
                    writer: resumed.writer,
                    resumption: resumed.reason,
                    recalled: []
                )
            }
        }
        if let takeover = options.takeover { return try await takeOver(takeover, scene) }
        if let custody = scene.custody, let run = custody.record.run, run.id != closed {
            if let plan = try await settle(run, custody, scene) { return plan }
        }
        if let custody = scene.custody, let lost = await lostRun(custody) { return try await takeOver(lost, scene) }
        return try await begin(scene)
    }

    /// The unfinished run of a journal. A journal that cannot be read does not stand in the way of `--new`, nor of an agent: what is
    /// under way is in the cluster's record, and somebody has to look after it.
    private func unfinished(_ file: JournalFile, in directory: JournalDirectory) throws -> UnfinishedRun? {
        do {
            return try UnfinishedRun.take(file, in: directory)
        } catch let error as JournalError where error.disposition == .refuse && options.startsNew {
            return nil
        } catch is AgentError where options.startsNew {
            return nil
        } catch let error where options.isUnattended {
            let text = "the journal here cannot be gone on with, what the cluster keeps counts: \(error)"
            inbox.send(.notice(Notice(.warning, Reason("journal-unread", text))))
            return nil
        }
    }

    /// Refuses to begin anew where an unfinished run has given its unproved canary most of the traffic: the new run would take
    /// that canary for stable.
    func requireSameRoles(as unfinished: RunHeader, _ ground: RunGround) async throws {
        let found = try await ground.store(unfinished.spec, .asNamed).read()
        guard Roles(found: found.weights) != unfinished.roles else { return }
        throw AgentError(
            "the unfinished run \(unfinished.run) has given \(unfinished.canary.label) most of the traffic and has not proved it; "
                + "a new run would take it for stable",
            hint: "go on with it by leaving out --new, or set the weights back by hand first"
        )
    }

    private func begin(_ scene: Scene) async throws -> Plan {
        let (directory, runs, ground) = (scene.directory, scene.runs, scene.ground)
        let spec = ground.spec
        if let refusal = AgentError(refusing: ground.findings) { throw refusal }
        let found = try await ground.store(spec, .asNamed).read()
        let roles = options.roles ?? Roles(found: found.weights)
        let rules = StartRules(options: options, ground: ground, found: found)
        if let refusal = await rules.refusals(after: runs.last).first { throw refusal }
        let population = await ground.population?.population()
        if let custody = scene.custody,
            let stale = rules.stale(population, roles, custody.record.memory)
        {
            throw stale
        }
        var (paced, notices) = try await ground.paced(roles)
        let now = await clock.now()
        let ours = roles == .asNamed ? population : population?.swapped
        let header = RunHeader(
            version: options.version,
            run: RunID.make(at: now, after: runs.last?.runID),
            startedAt: now,
            spec: paced,
            roles: roles,
            place: found.place,
            cluster: ground.server,
            by: options.by,
            isUnattended: options.isUnattended ? true : nil,
            release: ours.flatMap { Rollout.Release($0) },
            images: ours.flatMap { ReleaseImages($0) },
            baseline: roles == .asNamed ? found.weights : found.weights.swapped
        )
        var recalled = PriorHistory.windows(from: runs, for: header)
        if recalled.isEmpty, let found = await ground.history(header) {
            recalled = found.windows
            notices.append(found.notice)
        }
        if let custody = scene.custody, let baseline = header.baseline {
            try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)
        }
        let writer: JournalWriter
        do {
            writer = try directory.create(runID: header.run, header: try JournalCodec().encode(header))
        } catch {
            // Nobody has to go on with what did not begin.
            scene.custody?.remember { $0.run = nil }
            throw error
        }
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
