import CanaryCore
import CanaryKubernetes
import CanaryReport

/// An agent's board as its pages read it.
struct SnapshotSource: AgentSource {
    let board: AgentBoard
    let startedAt: Timestamp
    /// What the agent looks after, in words.
    let scope: String

    var runs: AgentRuns? {
        guard let snapshot = board.snapshot else { return nil }
        var boards: [CanaryKey: StatusBoard] = [:]
        for canary in snapshot.canaries {
            if let run = canary.run { boards[canary.key] = run.page }
        }
        return AgentRuns(at: snapshot.at, boards: boards)
    }

    var view: AgentView? {
        guard let snapshot = board.snapshot else { return nil }
        var view = AgentView(snapshot, startedAt: startedAt, scope: scope)
        let readiness = readiness
        if !readiness.isGood { view.unreadiness = readiness.words.replacing("not ready: ", with: "") }
        return view
    }

    var health: BoardAnswer { board.health() }

    var readiness: BoardAnswer { board.readiness }
}

extension AgentView {
    fileprivate init(_ snapshot: AgentSnapshot, startedAt: Timestamp, scope: String) {
        self.init(
            identity: snapshot.identity,
            version: snapshot.version,
            startedAt: startedAt,
            scope: scope,
            isMember: snapshot.isMember,
            members: snapshot.members.map { Member(id: $0, isSelf: $0 == snapshot.identity) },
            mirrors: Self.mirrors(snapshot),
            policies: snapshot.policies,
            canaries: snapshot.canaries.map(Canary.init),
            orphans: snapshot.orphans,
            statusBacklog: snapshot.statusBacklog,
            notes: snapshot.troubles.map { "the agent has trouble with \($0), and tries again; its log says more" }
        )
    }

    /// By kind: a mirror of each namespace would be a line for each.
    private static func mirrors(_ snapshot: AgentSnapshot) -> [Mirror] {
        Dictionary(grouping: snapshot.mirrors, by: \.resource.plural).sorted { $0.key < $1.key }.map { kind, all in
            let ages = all.compactMap(\.age)
            let oldest = ages.count == all.count ? ages.max() : nil
            return Mirror(
                kind: kind,
                namespaces: all.compactMap(\.namespace).sorted(),
                objects: all.reduce(0) { $0 + $1.objects },
                confirmedAt: oldest.map { snapshot.at.advanced(by: .zero - $0) },
                failure: all.lazy.compactMap(\.failure).first
            )
        }
    }
}

extension AgentView.Canary {
    fileprivate init(_ canary: AgentSnapshot.Canary) {
        var status =
            canary.status
            ?? CanaryStatus(
                observedGeneration: 0,
                phase: .idle,
                message: canary.isMine ? "not looked at yet" : "looked after by another replica"
            )
        status.step = canary.run?.page.step ?? status.step
        self.init(canary.key, status, owner: canary.isMine ? nil : "another replica")
    }
}
