import CanaryCore
import CanaryYAML

/// The policies of the cluster and of its namespaces, with the brakes of each.
struct PolicyBook: Sendable {
    /// A policy of a scope, as it was written and as it stands.
    struct Page: Sendable {
        var object: AgentObject
        var scope: ScopedPolicy.Scope
        /// Nil if it cannot be read.
        var document: PolicyDocument?
        var brakes: FleetBrakes
        /// Why it cannot be read: nothing is raised in its scope until it is mended.
        var problem: Reason?
        /// As written last to its status.
        var written: FleetBrakes?
        /// What held before it could not be read any more, or was deleted.
        var lastPolicy: CanaryPolicy?
        /// Whether there is no such object any more; what it closed stays closed.
        var isDeleted = false
        /// Whether it is only known from what was kept of it, and no object was seen.
        var isNoted = false
        /// What keeps its scope closed though nobody knows any more what it said.
        var shut: Reason?

        var policy: CanaryPolicy { document?.policy ?? CanaryPolicy() }

        /// The file to change where there is no object.
        var file: String? { object.path.flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// Why nothing is known of any policy; nil once they were read. Until then nothing is raised anywhere.
    var unknown: Reason? = Reason("policies-unknown", "the CanaryPolicies have not been read yet") {
        didSet { if unknown != oldValue { revision += 1 } }
    }

    /// By scope.
    var pages: [ScopedPolicy.Scope: Page] = [:]
    /// Goes up with each change, that of brakes included.
    private(set) var revision = 0
    /// Goes up with each change of what is written in a policy.
    private(set) var documents = 0

    /// Takes all policies as they are now.
    ///
    /// One that is gone opens nothing that it kept closed, see `PolicyBook+Deleted.swift`.
    mutating func replace(by pages: [Page], at now: Timestamp) {
        var next = kept(besides: Set(pages.map(\.scope)), at: now)
        for var page in pages {
            if let known = self.pages[page.scope] {
                if page.problem != nil { page.lastPolicy = known.document?.policy ?? known.lastPolicy }
                // What we know of the brakes is newer than what was stored, if we wrote it; what was noted is older.
                let isKnown = known.object.revision == page.object.revision || known.written != nil || known.isDeleted
                if known.isNoted ? page.object.status["brakes"] == nil : isKnown { page.brakes = known.brakes }
                page.written = known.isDeleted ? nil : known.written
            }
            next[page.scope] = page
        }
        let isSame =
            next.count == self.pages.count
            && next.allSatisfy { scope, page in
                self.pages[scope].map { $0.document == page.document && $0.problem == page.problem } ?? false
            }
        // Another replica may have engaged or lifted them.
        let areBrakesSame = next.allSatisfy { $1.brakes == self.pages[$0]?.brakes }
        self.pages = next
        if !isSame || !areBrakesSame { revision += 1 }
        if !isSame { documents += 1 }
    }

    var policies: [ScopedPolicy] {
        pages.values.filter { $0.problem == nil }.map { ScopedPolicy($0.scope, $0.policy, file: $0.file) }
            .sorted(by: Self.inOrder)
    }

    /// What is preset in a scope, if a policy is there that can be read.
    func document(_ scope: ScopedPolicy.Scope) -> PolicyDocument? { pages[scope]?.document }

    /// Lets go of deleted policies whose closing is over by itself, and says which.
    mutating func forgetDeleted(at now: Timestamp) -> [Page] {
        let over = pages.values.filter { $0.isDeleted && $0.closing(at: now) == nil }
        for page in over { pages[page.scope] = nil }
        if !over.isEmpty { revision += 1 }
        return over
    }

    /// What holds for a canary, its own policies included.
    func gate(for canary: CanaryKey, own: [ScopedPolicy]) -> PolicyGate {
        PolicyGate(
            for: canary,
            policies: policies + own,
            brakes: pages.values.map { PolicyGate.ScopedBrakes($0.scope, $0.brakes, file: $0.file) }
        )
    }

    /// Why nothing may be raised, because a policy above the canary cannot be read; nil if all can.
    func trouble(for canary: CanaryKey) -> Reason? {
        unknown ?? pages.values.first { $0.problem != nil && $0.scope.contains(canary) }?.problem
    }

    /// Takes a run that ended: what the brakes say of it, if they engage.
    mutating func ended(_ run: ReleaseMemory.LastRun, of canary: CanaryKey, at now: Timestamp) -> [Notice] {
        var notices: [Notice] = []
        for scope in pages.keys where scope.contains(canary) {
            guard let brakes = pages[scope]?.policy.brakes else { continue }
            let (before, file) = (pages[scope]?.brakes, pages[scope]?.file)
            let notice = pages[scope]?.brakes.ended(
                run,
                of: canary,
                brakes: brakes,
                scope: scope,
                in: file,
                at: now
            )
            if let notice { notices.append(notice) }
            if pages[scope]?.brakes != before { revision += 1 }
        }
        return notices
    }

    /// Obeys the operators' lifts that the policies carry.
    mutating func lift(at now: Timestamp) -> [Notice] {
        var notices: [Notice] = []
        for scope in pages.keys {
            guard let annotations = pages[scope]?.object.annotations,
                let lift = FleetBrakes.Lift(annotations: annotations),
                let notice = pages[scope]?.brakes.lift(lift, at: now)
            else { continue }
            notices.append(notice)
            revision += 1
        }
        return notices
    }

    /// The policies whose brakes are not stored yet as they are; they count as stored from now on.
    mutating func takeUnwritten() -> [Page] {
        var all: [Page] = []
        for scope in pages.keys {
            guard let page = pages[scope], !page.isDeleted,
                page.brakes != page.written ?? BrakesStatus.brakes(in: page.object.status)
            else { continue }
            pages[scope]?.written = page.brakes
            all.append(page)
        }
        return all
    }

    private static func inOrder(_ left: ScopedPolicy, _ right: ScopedPolicy) -> Bool { rank(left) < rank(right) }

    private static func rank(_ policy: ScopedPolicy) -> String {
        switch policy.scope {
        case .cluster: "0"
        case .namespace(let name): "1\(name)"
        case .object(let namespace, let name): "2\(namespace)/\(name)"
        }
    }
}

extension PolicyBook.Page {
    /// What is written there and does not count, because it is the cluster's to say; nil if everything counts.
    func unused(beside agentNamespace: String) -> String? {
        guard case .namespace = scope, let document, document.hasClusterKeys else { return nil }
        return
            "the CanaryPolicy \(object.key) has profiles, grants, podsProxy or repositories, which are not used: only the cluster's policy "
            + "may have them, which for this agent is \(agentNamespace)/\(PolicyDocument.name) (--agent-namespace)"
    }
}

extension AgentObject {
    var status: JSONValue { json["status"] ?? .object([:]) }
}
