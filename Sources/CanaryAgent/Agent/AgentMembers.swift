import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// The replicas of the agent that are alive: each keeps a Lease of its own in the agent's namespace, and sees those of the others.
///
/// A replica whose Lease was not renewed for its whole time while we looked is gone, by our own clock.
actor AgentMembers {
    static let role = "haldane.dev/role"
    /// The labels of a member's Lease.
    static let labels = RolloutObject.labels.merging([role: "agent"]) { $1 }
    static let selector = "\(RolloutObject.selector),\(role)=agent"

    /// How things stand.
    struct Standing: Sendable, Hashable {
        /// As they were seen last.
        var members: [String] = []
        /// Whether our own Lease is held for certain.
        var isMember = false
        /// Why the others cannot be looked at now; nil if they were.
        var failure: String?

        /// Whether this is what the API says now, and not what it said before it went away.
        var isCurrent: Bool { isMember && failure == nil }

        /// Whether another process than our own is known to be alive.
        func hasOthers(than id: String) -> Bool { members.contains { $0 != id } }
    }

    private let client: KubernetesClient
    private let namespace: String
    private let id: String
    private let duration: Duration
    private let claim: LeaseClaim
    /// What was seen of each, and since when it looks like that.
    private var seen: [String: (mark: String, since: ContinuousClock.Instant)] = [:]
    /// Whether the last look failed: nobody is silent for a time in which we could not have heard him.
    private var wasBlind = false
    private(set) var standing = Standing()

    /// - Parameters:
    ///   - id: of this process; it differs between all replicas.
    ///   - duration: how long a silent replica is taken for alive.
    init(client: KubernetesClient, namespace: String, id: String, duration: Duration = .seconds(15)) {
        self.client = client
        self.namespace = namespace
        self.id = id
        self.duration = duration
        claim = LeaseClaim(
            client: client,
            namespace: namespace,
            name: Self.name(id),
            identity: id,
            duration: duration,
            labels: Self.labels
        )
    }

    static func name(_ id: String) -> String { "haldane-agent-\(id)" }

    /// Renews again and again, beside the agent's loop, until its task is cancelled.
    ///
    /// - Parameter ring: is called when something is not as it was.
    func keep(every pause: Duration = .seconds(5), _ ring: @Sendable () -> Void) async {
        while !Task.isCancelled {
            let before = standing
            if await renew() != before { ring() }
            // Ends early when it is cancelled, which the loop sees.
            try? await Task.sleep(for: min(pause, duration / 3))
        }
    }

    /// Renews our Lease and looks for the others; while the API does not answer, those of before are taken for alive.
    func renew() async -> Standing {
        do throws(KubernetesError) {
            guard case .held = try await claim.acquire() else {
                standing.isMember = false
                standing.failure = "another process is called '\(id)' and holds its Lease"
                return standing
            }
            let leases = try await client.list(.leases, namespace: namespace, labels: Self.selector).items
            standing = Standing(members: alive(leases), isMember: true)
        } catch {
            wasBlind = true
            let hint = "; make the namespace \(namespace), or name the agent's with --agent-namespace"
            standing.failure = error.message + (error.code == .notFound ? hint : "")
            standing.isMember = claim.isCertain()
        }
        return standing
    }

    /// Gives our Lease back, so that the others take our canaries at once.
    func leave() async {
        // It runs out by itself if this fails.
        try? await claim.release()
    }

    private func alive(_ leases: [KubernetesObject]) -> [String] {
        let moment = ContinuousClock.now
        var members: Set<String> = [id]
        var present: [String: (mark: String, since: ContinuousClock.Instant)] = [:]
        if wasBlind { seen = [:] }
        wasBlind = false
        for object in leases.prefix(1000) {
            let lease = Lease(object)
            guard !lease.holder.isEmpty else { continue }
            let known = seen[object.name].flatMap { $0.mark == object.resourceVersion ? $0 : nil }
            let since = known?.since ?? moment
            present[object.name] = (object.resourceVersion, since)
            if since.duration(to: moment) < min(lease.duration, .seconds(300)) { members.insert(lease.holder) }
        }
        seen = present
        return members.sorted()
    }
}
