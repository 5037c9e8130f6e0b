import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// The agent's one loop: it owns everything that is known of the canaries, and nobody else touches it.
///
/// It sleeps until it is rung for: by a change in a mirror, the end of a run, a request, or a clock. Then it looks at the canaries
/// that are due, begins what may begin, and writes what is to be told. Runs are tasks of their own and are reached by their inbox.
struct AgentLoop {
    let options: AgentOptions
    let cluster: SharedCluster
    let clock: any RunClock
    let log: AgentLog
    let wake: AgentWake
    let interests: AgentInterests
    let epochs: FactsEpochs
    let board: AgentBoard
    let members: AgentMembers?
    let statuses: StatusWriter?
    let policyStatuses: StatusWriter?
    let announcements: AgentAnnouncements
    /// What runs left at their end.
    let ends = RunEnds()
    /// Asks Git about promotions.
    let settlements: SettlementWatch
    /// Keeps what policies close.
    let policyNotes: PolicyNotes

    var entries: [CanaryKey: CanaryEntry] = [:]
    var runs: [CanaryKey: ActiveRun] = [:]
    var policies = PolicyBook()
    var shards = ShardMap(members: [])
    var standing = AgentMembers.Standing()
    var folder: SpecFolder?
    var mirrors = AgentMirrors()
    var factsIndexes: [String: (epoch: UInt64, index: FactsIndex)] = [:]
    var orphanWatch = OrphanWatch()
    var leaseRuns = LeaseRuns()
    /// Which canaries are about which route.
    var claims = RouteClaims()
    /// Runs that nobody goes on with and that are ours to take.
    var orphans: [CanaryKey: Orphan] = [:]
    var takeovers: [CanaryKey: TakeoverTry] = [:]
    /// What was found of runs whose records cannot be read, by Lease.
    var lostLooks: [String: LostLook] = [:]
    var lastOrphanLook: ContinuousClock.Instant?
    /// Canaries whose release may begin, or waits for its turn.
    var candidates: Set<CanaryKey> = []
    /// Canaries in the order of their names; nil after one came or went.
    var order: [CanaryKey]?
    /// What objects say that others look after, as far as it was read.
    var foreign: [CanaryKey: (revision: String, status: CanaryStatus?)] = [:]
    /// Whose each canary is, by the members of now.
    var ownership: [CanaryKey: Bool] = [:]
    /// Whether the canaries were read at least once.
    var hasLooked = false
    /// Whether all objects are to be read once more, so that a change that was missed is taken in all the same.
    var wantsAllObjects = false
    var troubles: Set<String> = []
    var isLeaving = false
    var keptNotes: NotesMark?
    var publishedGates = 0
    private var lastResync = ContinuousClock.now
    private var lastFullResync = ContinuousClock.now
    private var lastFolderLook: ContinuousClock.Instant?
    private var lastPublished: ContinuousClock.Instant?

    init(
        options: AgentOptions,
        cluster: SharedCluster,
        clock: any RunClock,
        log: AgentLog,
        wake: AgentWake,
        interests: AgentInterests,
        epochs: FactsEpochs,
        board: AgentBoard,
        members: AgentMembers?,
        statuses: StatusWriter?,
        policyStatuses: StatusWriter?,
        announcements: AgentAnnouncements
    ) {
        self.options = options
        self.cluster = cluster
        self.clock = clock
        self.log = log
        self.wake = wake
        self.interests = interests
        self.epochs = epochs
        self.board = board
        self.members = members
        self.statuses = statuses
        self.policyStatuses = policyStatuses
        self.announcements = announcements
        settlements = SettlementWatch(pause: options.gitPause)
        let unwritten = Mutex(false)
        policyNotes = PolicyNotes(
            client: cluster.client,
            namespaces: options.namespaces,
            agentNamespace: options.agentNamespace,
            key: options.specs == nil ? PolicyNote.key : PolicyNote.fileKey
        ) { [log] error in
            let isNew = unwritten.withLock { isUnwritten in
                defer { isUnwritten = error != nil }
                return isUnwritten != (error != nil)
            }
            guard isNew else { return }
            guard let error else { return log.tell("mended", nil, [("what", "policy-notes")]) }
            let words =
                "what CanaryPolicies close cannot be kept in the cluster: \(Self.words(error)); one that is deleted stays in force "
                + "in this process only"
            log.tell("trouble", nil, [("what", "policy-notes"), ("message", words)])
        }
    }

    /// Works until the agent is asked to leave and every run has ended.
    func run(isOver: @Sendable () -> Bool) async {
        await withDiscardingTaskGroup { group in
            group.addTask { [settlements, wake] in await settlements.run { wake.ring($0) } }
            group.addTask { [policyNotes] in await policyNotes.run() }
            var loop = self
            await loop.work(in: &group, isOver)
            settlements.close()
            policyNotes.close()
        }
    }

    private mutating func work(in group: inout DiscardingTaskGroup, _ isOver: @Sendable () -> Bool) async {
        while true {
            board.beat()
            if isOver(), !isLeaving { leave() }
            collectEnds()
            if isLeaving, runs.isEmpty { break }
            await lookAtMembers()
            await openMirrors()
            await readSources()
            publishGates()
            await lookAtDue()
            await findOrphans()
            if !isLeaving {
                await takeOver(in: &group)
                await begin(in: &group)
            }
            await writePolicyStatuses()
            publishGates()
            keepPolicyNotes()
            await publish()
            await rest(isOver)
        }
        await publish(isLast: true)
    }

    /// Waits for the bell, or for the next thing that a clock brings.
    private func rest(_ isOver: @Sendable () -> Bool) async {
        if !ends.isEmpty || isOver() && !isLeaving { return }
        // What is rung for in one go is looked at in one go; cancelled is over as well.
        try? await Task.sleep(for: .milliseconds(20))
        let wake = wake
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await wake.wait() }
            // The longest time without a look at the clocks.
            group.addTask { try? await Task.sleep(for: .seconds(1)) }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Clocks

    private mutating func lookAtMembers() async {
        guard let members, !isLeaving else { return }
        let before = standing
        standing = await members.standing
        guard standing != before else { return }
        // Nothing of the kind is known before the first answer.
        let failure = standing.isMember ? nil : standing.failure
        note(trouble: "members", failure)
        // Canaries of which we could not tell whose they are.
        if standing.isCurrent, !before.isCurrent { wake.ringForAll() }
        guard standing.members != before.members else { return }
        shards = ShardMap(members: standing.members)
        ownership = [:]
        log.tell(
            "members",
            nil,
            [("count", "\(standing.members.count)"), ("members", standing.members.joined(separator: ","))]
        )
        wake.ringForAll()
    }

    private mutating func lookAtDue() async {
        guard hasLooked else { return }
        for page in policies.forgetDeleted(at: await clock.now()) {
            note(trouble: "policy \(page.object.key)", nil)
            wake.ringForAll()
        }
        var due = wake.takeDue()
        let now = ContinuousClock.now
        if lastFullResync.duration(to: now) >= options.resync * 10 {
            due.everything = true
            wantsAllObjects = true
            (lastFullResync, lastResync) = (now, now)
        } else if lastResync.duration(to: now) >= options.resync {
            lastResync = now
            wantsAllObjects = true
            // What waits for a time, for others, or for the API.
            for (key, entry) in entries where entry.isUnsettled || runs[key] != nil { due.canaries.insert(key) }
            mendStatuses()
        }
        let keys = due.everything ? Array(entries.keys) : Array(due.canaries)
        for (count, key) in keys.sorted().enumerated() {
            await look(at: key)
            if count % 64 == 63 { board.beat() }
        }
        // How runs get on is told each second, whoever rings.
        guard lastPublished.map({ $0.duration(to: now) >= .seconds(1) }) ?? true else { return }
        let present = await clock.now()
        for key in runs.keys where !due.everything && !due.canaries.contains(key) { await tellRun(key, at: present) }
    }

    private mutating func readSources() async {
        if options.specs != nil {
            let now = ContinuousClock.now
            if lastFolderLook.map({ $0.duration(to: now) >= .seconds(2) }) ?? true {
                lastFolderLook = now
                await readFolder()
            }
        } else {
            await readObjects()
        }
    }

    private mutating func publish(isLast: Bool = false) async {
        let now = ContinuousClock.now
        board.note(
            areMirrorsListed: hasLooked && mirrors.areListed,
            isMember: !isLeaving && (members == nil || standing.isMember)
        )
        guard isLast || (lastPublished.map { $0.duration(to: now) >= .seconds(1) } ?? true) else { return }
        lastPublished = now
        board.publish(await snapshot(at: await clock.now()))
    }

    /// Says a trouble of the agent itself once, and that it is over.
    mutating func note(trouble name: String, _ words: String?) {
        if let words {
            if troubles.insert(name).inserted {
                log.tell("trouble", nil, [("what", name), ("message", words)])
            }
        } else if troubles.remove(name) != nil {
            log.tell("mended", nil, [("what", name)])
        }
    }

    // MARK: The end

    /// Asks every run to be left to others.
    private mutating func leave() {
        isLeaving = true
        board.noteLeaving()
        log.tell("leaving", nil, [("runs", "\(runs.count)")])
        let next =
            if members == nil {
                "whoever looks after its canary next goes on with the run; until then the weights stay as they are"
            } else if standing.hasOthers(than: options.identity) {
                "another one goes on with the run"
            } else {
                "no other agent is alive; the weights stay as they are until one is"
            }
        let reason = Reason("handed-over", "the agent \(options.identity) ends; \(next)")
        for run in runs.values { run.leave(reason) }
    }

    private mutating func collectEnds() {
        for end in ends.takeAll() { ended(end) }
    }
}

extension CanaryEntry {
    /// Whether something may change for it without anybody ringing.
    var isUnsettled: Bool {
        if failure != nil || unread != nil || record.run != nil || record.trouble != nil || memory.unsettled != nil {
            return true
        }
        switch decision {
        case .begin, .waiting, .blocked, .adopt, nil: return true
        case .idle: return false
        }
    }
}

/// The ends of runs, on their way from their tasks to the loop.
final class RunEnds: Sendable {
    struct End: Sendable {
        var run: ActiveRun
        var result: Result<RunReport, AgentError>
    }

    private let waiting = Mutex<[End]>([])

    func add(_ end: End) { waiting.withLock { $0.append(end) } }

    var isEmpty: Bool { waiting.withLock { $0.isEmpty } }

    func takeAll() -> [End] {
        waiting.withLock { ends in
            defer { ends = [] }
            return ends
        }
    }
}
