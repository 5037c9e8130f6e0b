/// What `/metrics` of `haldane agent` shows of the agent itself, beside the families of each rollout that it has in hand.
extension MetricCatalogue {
    static let agent = MetricFamily(
        "haldane_agent",
        .info,
        labels: ["version", "identity"],
        "The version of the program, and what this replica is called in Leases."
    )
    static let agentHeartbeat = MetricFamily(
        "haldane_agent_heartbeat_timestamp_seconds",
        .gauge,
        unit: "seconds",
        "When the agent's main loop last turned, in seconds since 1970; it turns every few seconds also when nothing happens."
    )
    static let agentReady = MetricFamily(
        "haldane_agent_is_ready",
        .gauge,
        "Whether everything was listed and the replica's own Lease is held (1), as /readyz says."
    )
    static let agentMember = MetricFamily(
        "haldane_agent_member",
        .gauge,
        "Whether this replica's own Lease is held (1); without it, it looks after nothing."
    )
    static let agentMembers = MetricFamily(
        "haldane_agent_members",
        .gauge,
        "Replicas of the agent that are alive, as this one sees them."
    )
    static let agentMirrorAge = MetricFamily(
        "haldane_agent_mirror_age_seconds",
        .gauge,
        unit: "seconds",
        labels: ["kind"],
        "Seconds since the API server last confirmed what is known of a kind, the oldest of its mirrors; absent before the first list."
    )
    static let agentMirrorFailing = MetricFamily(
        "haldane_agent_mirror_failing",
        .gauge,
        labels: ["kind"],
        "Whether objects of a kind cannot be listed or watched at the moment (1): what is known of them may be out of date."
    )
    static let agentCanaries = MetricFamily(
        "haldane_agent_canaries",
        .gauge,
        labels: ["phase"],
        "Canaries that this replica looks after, by the phase of their status."
    )
    static let agentWaiting = MetricFamily(
        "haldane_agent_waiting_releases",
        .gauge,
        "New releases of this replica's canaries that wait for a window, a freeze, brakes or their turn."
    )
    static let agentActive = MetricFamily(
        "haldane_agent_active_rollouts",
        .gauge,
        "Rollouts that this replica has in hand."
    )
    static let agentOrphans = MetricFamily(
        "haldane_agent_orphans",
        .gauge,
        "Rollouts of this replica's share whose holder is gone and that could not be taken over yet; absent where that is not known."
    )
    static let agentFrozen = MetricFamily(
        "haldane_agent_is_frozen",
        .gauge,
        labels: ["scope"],
        "Whether a policy freezes a scope (1): nothing begins or steps up in it, rollbacks go on."
    )
    static let agentBrakes = MetricFamily(
        "haldane_agent_brakes",
        .gauge,
        labels: ["scope"],
        "Whether the brakes of a scope hold after several rollbacks (1): nothing begins or steps up until they are lifted."
    )
    static let agentRollouts = MetricFamily(
        "haldane_agent_rollouts",
        .counter,
        labels: ["outcome", "detail"],
        "Rollouts that ended in this process, by outcome and detail as haldane_run_outcome has them."
    )
    static let agentTakeovers = MetricFamily(
        "haldane_agent_takeovers",
        .counter,
        "Rollouts that this process took over because their holder was gone."
    )
    static let agentLeasesLost = MetricFamily(
        "haldane_agent_lease_lost",
        .counter,
        "Rollouts that this process left because their Lease was lost; it writes nothing of them any more."
    )
    static let agentRefusals = MetricFamily(
        "haldane_agent_write_refusals",
        .counter,
        labels: ["reason"],
        "Writes of weights that the API server did not take, by reason; conflicts are read again and decided again."
    )
    static let agentStatusBacklog = MetricFamily(
        "haldane_agent_status_backlog",
        .gauge,
        "Statuses of canaries that wait to be written; for long only while the API server does not take them."
    )

    /// What an agent shows of itself, in order.
    package static let fleet: [MetricFamily] =
        [agent, agentHeartbeat, agentReady, agentMember, agentMembers, agentMirrorAge, agentMirrorFailing]
        + [agentCanaries]
        + [agentWaiting, agentActive, agentOrphans, agentFrozen, agentBrakes]
        + [agentRollouts, agentTakeovers, agentLeasesLost, agentRefusals, agentStatusBacklog]
}
