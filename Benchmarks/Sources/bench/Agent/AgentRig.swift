import CanaryCore
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Measuring

/// A fleet of services with a canary of one line each, and the agent that looks after them.
///
/// The API server double, the pods and the clock of the measurement are in this process; the agent is a process of its own, on one
/// processor, so that its memory and its processor time are its own.
final class AgentRig {
    let fleet: FleetFixture
    let agent: RunningProgram
    private let data: URL
    private let http = HTTPClient()

    /// Makes the fleet and starts the agent.
    ///
    /// - Parameter processor: on which alone the agent runs; nil for all.
    init(_ services: [FleetService], _ binary: Program, on processor: Int?, in folder: URL) throws {
        fleet = try FleetFixture(services)
        data = folder.appending(path: "journals")
        try fleet.server.apply(yaml: Self.policy(port: fleet.mesh.port))
        for service in services {
            try fleet.addCanary(for: service, spec: "{ route: { virtualService: \(service.name) } }")
        }
        let kubeconfig = folder.appending(path: "kubeconfig")
        try Data(Self.kubeconfig(fleet.server.url()).utf8).write(to: kubeconfig)
        let words = [
            "agent", "--kubeconfig", kubeconfig.path, "--agent-namespace", "haldane-system", "--data", data.path,
            "--listen", "127.0.0.1:0",
        ]
        if let processor {
            let taskset = Program(path: "/usr/bin/taskset")
            agent = try RunningProgram(taskset, ["-c", "\(processor)", binary.path] + words, in: folder, as: "agent")
        } else {
            agent = try RunningProgram(binary, words, in: folder, as: "agent")
        }
    }

    /// Ends the agent, then what it talks to.
    func end() async {
        agent.end()
        fleet.server.stop()
        await http.shutdown()
    }

    /// Canaries by phase.
    var phases: [String: Int] {
        var phases: [String: Int] = [:]
        for object in fleet.server.view.objects(.canaries) {
            phases[object["status"]?["phase"]?.string ?? "none", default: 0] += 1
        }
        return phases
    }

    /// How the last runs of the canaries ended, as their status says it.
    var outcomes: [String: Int] {
        var outcomes: [String: Int] = [:]
        for object in fleet.server.view.objects(.canaries) {
            if let word = object["status"]?["lastRun"]?["outcome"]?.string { outcomes[word, default: 0] += 1 }
        }
        return outcomes
    }

    /// The agent's journals, a folder a canary that was rolled out.
    var journals: [URL] {
        get throws { try FileManager.default.contentsOfDirectory(at: data, includingPropertiesForKeys: nil) }
    }

    /// How many routes have weights like these.
    func routes(where isMeant: ([Int]) -> Bool) -> Int {
        fleet.server.view.objects(.virtualServices).count { object in
            isMeant((object["spec"]?["http"]?[0]?["route"]?.items ?? []).map { $0["weight"]?.integer ?? 0 })
        }
    }

    /// Waits until as many as wanted are, and says how far it got.
    ///
    /// - Returns: seconds that it took.
    @discardableResult
    func wait(for what: String, _ wanted: Int, within seconds: Double, _ count: () -> Int) async throws -> Double {
        Machine.say("  waiting for \(what), for \(seconds.text(0)) s at most …")
        let start = ContinuousClock.now
        var told = 0.0
        while true {
            let (have, passed) = (count(), start.duration(to: .now).inSeconds)
            if have >= wanted {
                Machine.say("  \(what): \(have) after \(passed.text(1)) s")
                return passed
            }
            guard agent.isRunning, passed < seconds else {
                let why = agent.isRunning ? "waited in vain for \(seconds.text(0)) s" : "the agent has ended"
                throw Arguments.Fault(
                    description: "\(why): \(what): \(have) of \(wanted); phases: \(phases); the agent: \(agent.talk)"
                )
            }
            if passed - told >= 10 {
                told = passed
                Machine.say("  \(what): \(have) of \(wanted) after \(passed.text(0)) s")
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    /// Fetches a page of the agent.
    ///
    /// - Returns: how long it took and how large it is.
    func fetch(_ path: String) async throws -> (seconds: Double, bytes: Int) {
        guard let url = pageURL else { throw Arguments.Fault(description: "the agent serves no page: \(agent.talk)") }
        let start = ContinuousClock.now
        let answer = try await http.send(HTTPRequest(url: url + path, deadline: .seconds(20)))
        guard answer.isSuccess else {
            throw Arguments.Fault(description: "the agent answers \(answer.status) for \(path)")
        }
        return (start.duration(to: .now).inSeconds, answer.body.count)
    }

    private var pageURL: String? {
        let mark = "status page: "
        let line = agent.beginning.split(separator: "\n").first { $0.contains(mark) }
        return line?.components(separatedBy: mark).last.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

    // MARK: Documents

    /// What every canary of one line gets: two steps, a round each five seconds, pods asked directly.
    private static func policy(port: Int) -> String {
        """
        apiVersion: haldane.dev/v1
        kind: CanaryPolicy
        metadata: { name: default, namespace: haldane-system }
        spec:
          defaults:
            telemetry: { scrape: { pods: { port: \(port), via: direct } } }
            steps: [50%, 100%]
            pace: { interval: 5s, history: 150s, settle: 10s, warmup: 0s, bake: 1m, deadline: 2h }

        """
    }

    private static func kubeconfig(_ server: String) -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: double
        clusters: [{ name: double, cluster: { server: "\(server)" } }]
        users: [{ name: haldane, user: { token: "\(FakeAPIServer.token)" } }]
        contexts: [{ name: double, context: { cluster: double, user: haldane, namespace: haldane-system } }]

        """
    }
}
