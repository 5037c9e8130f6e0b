import CanaryAgent
import CanaryCore
import CanaryReport
import Synchronization

/// An agent that is made up, as its pages see it.
final class ShownAgent: AgentSource {
    private struct State {
        var at = Timestamp(milliseconds: 1_800_000_000_000)
        var view: AgentView?
        var boards: [CanaryKey: StatusBoard] = [:]
        var health = BoardAnswer(true, "ok: 1 s since the agent's loop last went round")
        var readiness = BoardAnswer(false, "not ready: the cluster's objects are not listed yet")
    }

    private let state = Mutex(State())

    var runs: AgentRuns? { state.withLock { $0.view == nil ? nil : AgentRuns(at: $0.at, boards: $0.boards) } }
    var view: AgentView? { state.withLock { $0.view } }
    var health: BoardAnswer { state.withLock { $0.health } }
    var readiness: BoardAnswer { state.withLock { $0.readiness } }

    func begin(_ canaries: [AgentView.Canary]) {
        change { state in
            state.readiness = BoardAnswer(true, "ok: all is there")
            state.view = AgentView(
                identity: "agent-1",
                version: "9.9.9",
                startedAt: state.at,
                canaries: canaries
            )
        }
    }

    func set(_ board: StatusBoard?, of canary: CanaryKey) { change { $0.boards[canary] = board } }

    func say(_ message: String, of canary: CanaryKey) {
        change { state in
            for index in state.view?.canaries.indices ?? 0..<0 where state.view?.canaries[index].key == canary {
                state.view?.canaries[index].status.message = message
            }
        }
    }

    func stick() { change { $0.health = BoardAnswer(false, "stuck: 2 min since the agent's loop last went round") } }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            state.at = state.at.advanced(by: .seconds(1))
            body(&state)
        }
    }

    static func key(_ name: String, in namespace: String = "test1") -> CanaryKey {
        CanaryKey(namespace: namespace, name: name)
    }

    static func canary(_ name: String, in namespace: String = "test1") -> AgentView.Canary {
        AgentView.Canary(
            key(name, in: namespace),
            CanaryStatus(observedGeneration: 1, phase: .idle, message: "v1 is promoted")
        )
    }
}

/// The pages of such an agent.
struct AgentPageRig: Sendable {
    let agent = ShownAgent()
    let site: AgentSite

    init() {
        site = AgentSite(
            agent,
            version: "9.9.9",
            identity: "agent-1",
            startedAt: Timestamp(milliseconds: 1_800_000_000_000)
        )
    }

    func serve(
        at address: String = "127.0.0.1:0",
        _ body: @Sendable (UInt16) async throws -> Void
    ) async throws {
        let server = try await StatusServer(try ListenAddress(address), site, limits: PageRig.quick)
        try await server.serving { try await body(server.address.port) }
    }
}
