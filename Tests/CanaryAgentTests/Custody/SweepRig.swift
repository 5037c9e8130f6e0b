import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML

/// A run that its process has left, a sweep that finds it, and operators who ask something of it.
struct SweepRig {
    let custody: CustodyRig
    private let scratch: Scratch
    private let said = LineSink()
    private let logged = LineSink()

    init() throws {
        custody = try CustodyRig()
        scratch = try Scratch()
    }

    static var now: Timestamp { Timestamp(milliseconds: MicroTime.now().microseconds / 1000) }

    /// A run of an agent that has given it back, with evidence that a sweep believes.
    ///
    /// - Parameters:
    ///   - weights: in force; without evidence they are what the run wrote last.
    ///   - job: who began the run from a file; nil for an agent, of a Canary object.
    func leave(
        at weights: (stable: Int, canary: Int)? = nil,
        onOrphan: Guards.Fallback = .hold,
        job: String? = nil
    ) async throws {
        if job == nil {
            try custody.cluster.server.apply(
                yaml: """
                    apiVersion: haldane.dev/v1
                    kind: Canary
                    metadata: { name: demo4, namespace: test1 }
                    spec: { route: { virtualService: demo4-vs } }

                    """
            )
        }
        var header = custody.header()
        header.by = job ?? "haldane-agent"
        header.spec.telemetry = TelemetrySpec(pods: PodScrape())
        header.spec.guards.onOrphan = onOrphan
        let holder = try await custody.custody("before")
        var run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        if let weights {
            try custody.set(weights.stable, weights.canary)
            run.percent = Double(weights.canary)
        }
        try await holder.begin(run, header)
        await holder.leave(RunState(header: header), at: custody.time.moment)
        if weights != nil { custody.cluster.server.delete(.configMaps, "haldane-demo4", in: "test1") }
    }

    func ask(_ verb: CanaryRequest.Verb, id: String = "request-0001", at moment: Timestamp? = nil) throws {
        let request = CanaryRequest(
            id: id,
            verb: verb,
            reason: "checkout fails",
            by: "alice@example.com",
            at: moment ?? Self.now
        )
        var annotations: [String: JSONValue] = [:]
        for (name, text) in request.members { annotations[RequestAnnotations.prefix + name] = .string(text) }
        try custody.cluster.server.change(.canaries, "demo4", in: "test1") { object in
            var members = object.members ?? [:]
            var metadata = members["metadata"]?.members ?? [:]
            metadata["annotations"] = .object(annotations)
            members["metadata"] = .object(metadata)
            object = .object(members)
        }
    }

    var status: JSONValue? { custody.cluster.server.view.object(.canaries, "demo4", in: "test1")?["status"] }

    var answer: JSONValue? { status?["request"] }

    /// Notes of the Events that are about the Canary object.
    var events: [String] {
        custody.cluster.server.view.objects(.events, in: "test1")
            .filter { $0["regarding"]?["kind"]?.string == "Canary" }
            .compactMap { $0["note"]?.string }
    }

    /// What the sweep has said beside its results.
    var notes: [String] { said.all }

    /// What it has logged of the runs.
    var lines: [String] { logged.all }

    /// - Parameter namespace: nil is all of them.
    func sweep(_ inbox: RunInbox = RunInbox(), in namespace: String? = nil) async throws -> SweepSession.Report {
        var options = SweepSession.Options(
            cluster: ClusterOptions(
                kubeconfig: try custody.cluster.writeKubeconfig(in: scratch.path),
                environment: [:]
            ),
            namespace: namespace,
            home: JournalHome("\(scratch.path)/sweep"),
            within: .seconds(30),
            identity: "sweep-1",
            version: "test"
        )
        options.timing = custody.timing()
        options.requests = .milliseconds(20)
        options.policies = .milliseconds(20)
        options.agentNamespace = Self.agentNamespace
        let (said, logged) = (said, logged)
        let session = SweepSession(
            options: options,
            inbox: inbox,
            note: { said.add($0) },
            line: { logged.add($0) },
            tell: { _ in }
        )
        return try await session.run()
    }

    static let agentNamespace = "haldane-system"

    /// The policy of a namespace.
    func store(_ spec: String, in namespace: String) throws {
        let head =
            "apiVersion: haldane.dev/v1\nkind: CanaryPolicy\nmetadata: { name: default, namespace: \(namespace) }\n"
        try custody.cluster.server.apply(yaml: head + "spec: \(spec)\n")
    }

    /// Asks for a promotion again and again, which tells what keeps the run from stepping up; whether a word of that was ever said.
    func isHeld(by words: String) async throws -> Bool {
        for count in 0..<60 {
            let id = "promote-\(count)-\(words.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF })"
            try ask(.promote, id: id)
            guard await eventually({ answer?["id"]?.string == id }) else { return false }
            if answer?["message"]?.string?.contains(words) == true { return true }
            // The run asks its gate once a round.
            try await Task.sleep(for: .milliseconds(200))
        }
        return false
    }

    func eventually(_ isSo: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < end {
            if isSo() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return isSo()
    }
}
