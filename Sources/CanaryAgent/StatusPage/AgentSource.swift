package import CanaryCore
package import CanaryReport

/// Where the pages of an agent find what they show. Nothing here waits for anybody.
package protocol AgentSource: Sendable {
    /// When the agent last told how it stands, and the pages of the runs that it has in hand; nil before it has begun.
    var runs: AgentRuns? { get }

    /// The agent as it last told, without what its pages count themselves; nil before it has begun.
    var view: AgentView? { get }

    /// Whether its main loop turns.
    var health: BoardAnswer { get }

    /// Whether it sees the cluster and may work.
    var readiness: BoardAnswer { get }
}

/// The runs that an agent has in hand at a moment.
package struct AgentRuns: Sendable {
    package var at: Timestamp
    package var boards: [CanaryKey: StatusBoard]

    package init(at: Timestamp, boards: [CanaryKey: StatusBoard]) {
        self.at = at
        self.boards = boards
    }
}
