import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryReport
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import FoundationEssentials
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CanaryDeskTests {
    private static let now = Timestamp(milliseconds: 1_780_000_000_000)
    private static let reviews = CanaryKey(namespace: "shop", name: "reviews")

    /// A server with one canary, and an agent that answers each request, as soon as somebody waits.
    private final class Rig: Sendable {
        let server: FakeAPIServer
        let http = HTTPClient()
        let client: KubernetesClient
        let answer: @Sendable (CanaryRequest) -> CanaryStatus.RequestAnswer?

        init(
            access: [AccessRule]? = nil,
            answer: @escaping @Sendable (CanaryRequest) -> CanaryStatus.RequestAnswer? = { _ in nil }
        ) throws {
            server = try FakeAPIServer()
            server.acceptWithoutToken(as: "alice@example.com")
            try server.apply(
                json: """
                    {"apiVersion": "haldane.dev/v1", "kind": "Canary", "metadata": {"name": "reviews", "namespace": "shop"},
                     "spec": {"route": {"virtualService": "reviews"}},
                     "status": {"phase": "Progressing", "message": "10 % on v2", "observedGeneration": 1,
                      "step": {"number": 2, "of": 5, "percent": 10, "since": "2026-05-28T20:26:40Z", "verdict": "undecided"},
                      "run": {"id": "r1", "startedAt": "2026-05-28T20:20:00Z"},
                      "conditions": [{"type": "Reconciling", "status": "True", "reason": "Analyzing", "message": "",
                        "lastTransitionTime": "2026-05-28T20:26:40Z", "observedGeneration": 1}]}}
                    """
            )
            if let access { server.permit(access) }
            client = KubernetesClient(connection: ClusterConnection(server: server.url()), http: http)
            self.answer = answer
        }

        /// A desk whose waiting lets the agent work, and takes no time.
        func desk() -> CanaryDesk {
            CanaryDesk(client: client, now: { CanaryDeskTests.now }, wait: { _ in try self.work() })
        }

        func work() throws {
            let object = server.view.object(.canaries, "reviews", in: "shop")
            let annotations = object?["metadata"]?["annotations"]?.strings ?? [:]
            guard case .request(let request) = RequestReader.read(annotations, answered: nil, at: CanaryDeskTests.now),
                let answer = answer(request), var status = CanaryStatus(json: object?["status"] ?? .null)
            else { return }
            status.request = answer
            status.phase = .rollingBack
            let json = status.json
            try server.change(.canaries, "reviews", in: "shop", as: "haldane-agent") { document in
                guard case .object(var members) = document else { return }
                members["status"] = json
                document = .object(members)
            }
        }
    }

    private func request(_ verb: CanaryRequest.Verb, force: Bool = false, by: String = "alice") -> CanaryRequest {
        CanaryRequest(id: "q1-00000001", verb: verb, force: force, reason: "errors at checkout", by: by, at: Self.now)
    }

    @Test("a request is an annotation that the agent answers in the status")
    func asked() async throws {
        let rig = try Rig { $0.answer(.accepted, "rolled back", at: CanaryDeskTests.now) }
        defer { rig.server.stop() }

        let reply = try await rig.desk().ask(request(.rollback), of: Self.reviews, patience: .seconds(30))
        let look = try await rig.desk().look(Self.reviews)
        await rig.http.shutdown()

        guard case .answer(let answer) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(answer.result == .accepted && answer.by == "alice" && answer.message == "rolled back")
        #expect(look.requestID == "q1-00000001" && look.exitCode == .degraded)
    }

    @Test("without an agent the silence is said, and the request stays")
    func silence() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }

        let reply = try await rig.desk().ask(request(.pause), of: Self.reviews, patience: .seconds(30))
        await rig.http.shutdown()

        #expect(reply == .silence)
    }

    @Test("an answer that is still pending at the end is an answer")
    func pending() async throws {
        let rig = try Rig { $0.answer(.pending, "as soon as stable has a pod", at: CanaryDeskTests.now) }
        defer { rig.server.stop() }

        let reply = try await rig.desk().ask(request(.rollback), of: Self.reviews, patience: .seconds(5))
        await rig.http.shutdown()

        guard case .answer(let answer) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(answer.result == .pending)
    }

    @Test("the user is who the API server says, also where it has to be asked again")
    func user() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }

        rig.server.inject(Fault(.status(.unavailable), on: ["create"], kind: .selfReviews, times: 2))
        let user = await rig.desk().user()
        rig.server.serve(.selfReviews, versions: [])
        let older = await rig.desk().user()
        await rig.http.shutdown()

        #expect(user == "alice@example.com")
        #expect(older == nil)
    }

    @Test("a forced promotion without its permission is refused before anything is written, with the rule to paste")
    func force() async throws {
        let rig = try Rig(
            access: [
                AccessRule(
                    groups: ["haldane.dev"],
                    resources: ["canaries"],
                    verbs: ["get", "patch"],
                    namespace: "shop"
                )
            ]
        )
        defer { rig.server.stop() }

        let failure = await #expect(throws: AgentError.self) {
            _ = try await rig.desk().ask(request(.promote, force: true), of: Self.reviews, patience: .seconds(5))
        }
        await rig.http.shutdown()

        #expect(failure?.hint?.contains(#"verbs: ["force-promote"]"#) == true)
        #expect(rig.server.view.object(.canaries, "reviews", in: "shop")?["metadata"]?["annotations"] == nil)
    }

    @Test(
        "a forced promotion is about the run that is seen, or the revision that waits; where neither is known it is not asked"
    )
    func target() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        func target() -> String? {
            rig.server.view.object(.canaries, "reviews", in: "shop")?["metadata"]?["annotations"]?
                .strings["request.haldane.dev/target"]
        }
        func stand(_ members: String) throws {
            try rig.server.change(.canaries, "reviews", in: "shop", as: "haldane-agent") { document in
                guard case .object(var object) = document else { return }
                object["status"] = try JSONText.parse(
                    "{\"phase\":\"Idle\",\"message\":\"m\",\"observedGeneration\":1\(members)}".utf8
                )
                document = .object(object)
            }
        }

        _ = try await rig.desk().ask(request(.promote, force: true), of: Self.reviews, patience: .zero)
        #expect(target() == "r1")
        _ = try await rig.desk().ask(request(.promote), of: Self.reviews, patience: .zero)
        #expect(target() == nil)
        try stand(#","canary":{"name":"v2","revision":"5f6d7c8b92"}"#)
        _ = try await rig.desk().ask(request(.promote, force: true), of: Self.reviews, patience: .zero)
        #expect(target() == "5f6d7c8b92")
        try stand("")
        let failure = await #expect(throws: AgentError.self) {
            _ = try await rig.desk().ask(request(.promote, force: true), of: Self.reviews, patience: .zero)
        }
        await rig.http.shutdown()

        #expect(failure?.hint?.contains("haldane status reviews -n shop") == true)
    }

    @Test("what an admission policy says against a request is shown, with whom to ask, and no rule that would not help")
    func policy() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        let words = "a request is made under one's own name: request.haldane.dev/by must be bob"
        rig.server.inject(
            Fault(
                .status(.refused(#"canaries.haldane.dev "reviews""#, by: "haldane-requests", words)),
                on: ["patch"],
                kind: .canaries
            )
        )

        let failure = await #expect(throws: KubernetesError.self) {
            _ = try await rig.desk().ask(request(.rollback), of: Self.reviews, patience: .seconds(5))
        }
        await rig.http.shutdown()

        #expect(failure?.code == .forbidden)
        #expect(failure?.cause?.hasSuffix("denied request: \(words)") == true)
        #expect(
            failure?.hint
                == "do what the policy says, or ask whoever keeps it: "
                + "kubectl get validatingadmissionpolicy haldane-requests -o yaml"
        )
    }

    @Test("a canary that is not there, and a cluster without our kinds, are told apart")
    func absent() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        let other = CanaryKey(namespace: "shop", name: "ratings")

        let missing = await #expect(throws: KubernetesError.self) { _ = try await rig.desk().look(other) }
        rig.server.serve(.canaries, versions: [])
        let unserved = await #expect(throws: KubernetesError.self) { _ = try await rig.desk().look(other) }
        await rig.http.shutdown()

        #expect(missing?.code == .notFound && missing?.message.contains("no Canary 'ratings'") == true)
        #expect(unserved?.code == .noSuchResource)
    }

    @Test("many canaries are a table, one is some lines")
    func words() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        try rig.server.apply(
            json:
                #"{"apiVersion":"haldane.dev/v1","kind":"Canary","metadata":{"name":"new","namespace":"apps"},"spec":{}}"#
        )

        let looks = try await rig.desk().list(namespace: nil)
        await rig.http.shutdown()

        #expect(looks.map(\.key.description) == ["apps/new", "shop/reviews"])
        #expect(looks.map(\.exitCode) == [.unknown, .undecided])
        #expect(looks.map(\.agents) == [.unseen(namespace: nil), .unseen(namespace: nil)])
        let table = CanaryLook.table(looks, style: .plain, width: nil)
        #expect(
            table == """
                namespace  canary   phase          weights  stable  canary  message
                apps       new      ? Unknown      ?/?      ?       ?       no agent looks after it
                shop       reviews  ◌ Progressing  ?/?      ?       ?       10 % on v2

                """
        )
        #expect(
            looks[1].text(style: .plain) == """
                shop/reviews  ◌ Progressing
                  10 % on v2
                  \(looks[1].agentWords ?? "?")
                  run       r1 since 2026-05-28T20:20:00Z
                  step      2 of 5 at 10 % since 2026-05-28T20:26:40Z

                """
        )
    }

    /// The Lease of the canary's rollouts with a run in its record.
    private func lease(holder: String, renewed: String) throws -> JSONValue {
        let spec = CanarySpec(
            name: "reviews",
            namespace: "shop",
            route: RouteSpec(
                object: "reviews",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec()
        )
        let header = RunHeader(
            version: "0",
            run: "r1",
            startedAt: Self.now,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews"
        )
        let run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        let record = try JSONEncoder().encode(RolloutRecord(canary: "reviews", run: run))
        return .object([
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": .object([
                "name": "haldane-reviews",
                "namespace": "shop",
                "labels": .object(["app.kubernetes.io/managed-by": "haldane"]),
                "annotations": .object(["haldane.dev/record": .string(String(decoding: record, as: UTF8.self))]),
            ]),
            "spec": .object([
                "holderIdentity": .string(holder),
                "leaseDurationSeconds": .integer(15),
                "renewTime": .string(renewed),
            ]),
        ])
    }

    @Test("a run whose Lease has expired for longer than it lasts, or is free, is nobody's, whatever the status says")
    func nobody() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        // Now is 20:26:40.
        try rig.server.apply(lease(holder: "agent-1", renewed: "2026-05-28T20:26:11.000000Z"))
        let driven = try await rig.desk().stand(Self.reviews)
        try rig.server.change(.leases, "haldane-reviews", in: "shop", as: "agent-1") { document in
            document = try lease(holder: "agent-1", renewed: "2026-05-28T20:26:09.000000Z")
        }
        let silent = try await rig.desk().stand(Self.reviews)
        let listed = try await rig.desk().list(namespace: "shop")
        let followed = try await rig.desk().follow(Self.reviews) { _ in }
        await rig.http.shutdown()

        #expect(driven.care == .driven && driven.exitCode == .undecided && driven.careWords == nil)
        let words = "nobody looks after this run since 20:26:09 UTC; an agent or `haldane sweep` goes on with it"
        #expect(silent.careWords == words && silent.exitCode == .unknown)
        #expect(silent.text(style: .plain).hasPrefix("shop/reviews  ? Progressing\n  10 % on v2\n  \(words)\n"))
        #expect(listed.map(\.exitCode) == [.unknown])
        #expect(CanaryLook.table(listed, style: .plain, width: nil).contains("\(words); last said: 10 % on v2"))
        #expect(followed.exitCode == .unknown)
        let free = try Lease(KubernetesObject(lease(holder: "", renewed: "2026-05-27T20:26:09.000000Z")))
        #expect(
            RunCare(free, at: Self.now).sentence(at: Self.now)?.contains("since 2026-05-27 20:26:09 UTC") == true
        )
    }

    @Test("where leases may not be read it is said that it is not known whether anybody looks after the run")
    func hiddenLease() async throws {
        let rule = AccessRule(
            groups: ["haldane.dev"],
            resources: ["canaries"],
            verbs: ["get", "list"],
            namespace: "shop"
        )
        let rig = try Rig(access: [rule])
        defer { rig.server.stop() }

        let look = try await rig.desk().stand(Self.reviews)
        await rig.http.shutdown()

        #expect(look.exitCode == .undecided)
        #expect(look.careWords?.hasPrefix("whether anybody looks after this run could not be looked at: ") == true)
    }

    @Test("a release that is ready and waits is undecided, not healthy")
    func waits() throws {
        func look(_ members: String) throws -> CanaryLook {
            let text = """
                {"metadata":{"name":"reviews","namespace":"shop"},"status":{"phase":"Idle","message":"m",\(members)
                 "observedGeneration":1}}
                """
            return CanaryLook(KubernetesObject(try JSONText.parse(text.utf8)), at: Self.now)
        }

        #expect(try look("").exitCode == .healthy)
        #expect(try look(#""gate":{"reason":"frozen","message":"frozen"},"#).exitCode == .undecided)
        #expect(try look(#""waitingSince":"2026-05-28T20:26:09Z","#).exitCode == .undecided)
    }

    @Test("whoever follows a canary sees each change until its run has ended")
    func follow() async throws {
        let rig = try Rig()
        defer { rig.server.stop() }
        let promote: @Sendable (Duration) async throws -> Void = { _ in
            try rig.server.change(.canaries, "reviews", in: "shop", as: "haldane-agent") { document in
                guard case .object(var members) = document else { return }
                members["status"] = try JSONText.parse(
                    #"{"phase":"Idle","message":"v2 was promoted","observedGeneration":1,"lastRun":{"id":"r1","outcome":"promoted","startedAt":"2026-05-28T20:20:00Z","finishedAt":"2026-05-28T20:50:00Z"}}"#
                        .utf8
                )
                document = .object(members)
            }
        }
        let desk = CanaryDesk(client: rig.client, now: { CanaryDeskTests.now }, wait: promote)

        var seen: [String] = []
        let last = try await desk.follow(Self.reviews) { seen.append($0.status?.message ?? "") }
        await rig.http.shutdown()

        #expect(seen == ["10 % on v2", "v2 was promoted"])
        #expect(last.outcomeCode == .healthy)
    }
}
