import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Testing

/// What the program writes when an operator asks for something, kept in `DeployTests/Cases/requests.json`, where the admission policy is
/// held against it: the two cannot drift apart.
///
/// `HALDANE_UPDATE_GOLDEN=1` rewrites the file; the difference is then read in review.
@Suite(.timeLimit(.minutes(1)))
struct WrittenRequestsTests {
    private static let now = Timestamp(milliseconds: 1_780_000_000_000)
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "DeployTests/Cases/requests.json")

    /// A server, and the changes of one object of it, in order.
    private final class Recorder {
        let server: FakeAPIServer
        let http = HTTPClient()
        var lines: [JSONValue] = []

        init() throws {
            server = try FakeAPIServer()
            server.acceptWithoutToken(as: "alice@example.org")
        }

        var client: KubernetesClient {
            KubernetesClient(connection: ClusterConnection(server: server.url()), http: http)
        }

        /// Notes what a verb makes of an object.
        func note(_ what: String, _ kind: ClusterKind, _ name: String, _ change: () async throws -> Void) async throws {
            let before = server.view.object(kind, name, in: "shop")
            try await change()
            let after = try #require(server.view.object(kind, name, in: "shop"))
            lines.append([
                "what": .string(what), "resource": .string(kind.plural), "before": before.map(Self.plain) ?? .null,
                "after": Self.plain(after),
            ])
        }

        /// What admission policies look at, without what the server adds.
        private static func plain(_ object: JSONValue) -> JSONValue {
            var metadata: [String: JSONValue] = [:]
            for key in ["name", "namespace", "annotations"] { metadata[key] = object["metadata"]?[key] }
            return ["metadata": .object(metadata), "spec": object["spec"] ?? [:]]
        }
    }

    private static func text(_ value: JSONValue) -> String {
        String(decoding: JSONText.bytes(of: value), as: UTF8.self)
    }

    @Test("what the program writes is what the admission policy is tested with")
    func written() async throws {
        let recorder = try Recorder()
        defer { recorder.server.stop() }
        do {
            try await Self.canary(recorder)
            try await Self.policy(recorder)
        } catch {
            await recorder.http.shutdown()
            throw error
        }
        await recorder.http.shutdown()

        let names: JSONValue = .array(RequestAnnotations.names.map { .string($0) })
        let verbs: JSONValue = [
            "canaries": .array(CanaryRequest.Verb.allCases.map { .string($0.rawValue) }),
            "canarypolicies": ["unfreeze", .string(FleetBrakes.Lift.verb)],
        ]
        let found = """
            {"prefix": \(Self.text(.string(RequestAnnotations.prefix))),
            "names": \(Self.text(names)),
            "verbs": \(Self.text(verbs)),
            "writes": [
            \(recorder.lines.map(Self.text).joined(separator: ",\n"))
            ]}

            """
        if ProcessInfo.processInfo.environment["HALDANE_UPDATE_GOLDEN"] == "1" {
            try Data(found.utf8).write(to: Self.file)
        }
        #expect(try String(contentsOf: Self.file, encoding: .utf8) == found)
    }

    private static func canary(_ recorder: Recorder) async throws {
        try recorder.server.apply(
            json: """
                {"apiVersion": "haldane.dev/v1", "kind": "Canary",
                 "metadata": {"name": "cart", "namespace": "shop", "annotations": {"note": "x"}},
                 "spec": {"route": {"virtualService": "cart"}},
                 "status": {"phase": "Progressing", "message": "10 % on v2", "observedGeneration": 1,
                  "run": {"id": "run-20260528T202000-000", "startedAt": "2026-05-28T20:20:00Z"}}}
                """
        )
        let desk = CanaryDesk(client: recorder.client, now: { now })
        let user = try #require(await desk.user())
        var number = 0
        for (verb, force) in CanaryRequest.Verb.allCases.map({ ($0, false) }) + [(.promote, true), (.rollback, false)] {
            number += 1
            let request = CanaryRequest(
                id: "5f0c3a9be1d2447\(number)",
                verb: verb,
                force: force,
                reason: verb == .resume ? "" : "\"errors\" at the café \\ checkout",
                by: user,
                at: now
            )
            try await recorder.note(verb.rawValue + (force ? " --force" : ""), .canaries, "cart") {
                _ = try await desk.ask(request, of: CanaryKey(namespace: "shop", name: "cart"), patience: .zero)
            }
        }
    }

    private static func policy(_ recorder: Recorder) async throws {
        try recorder.server.apply(json: #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#)
        let user = try #require(await CanaryDesk(client: recorder.client, now: { now }).user())
        func desk(_ number: Int) -> FreezeDesk {
            FreezeDesk(client: recorder.client, id: "77aa3a9be1d2447\(number)", at: now)
        }
        let kind = ClusterKind.canaryPolicies
        let scope = ScopedPolicy.Scope.namespace("shop")
        for reason in ["incident 4711", "incident 4712"] {
            try await recorder.note("freeze", kind, "default") {
                let freeze = CanaryPolicy.Freeze(reason: reason, until: now.advanced(by: .seconds(3600)), by: user)
                _ = try await desk(0).freeze("shop", freeze, scope: scope)
            }
        }
        try await recorder.note("freeze --lift", kind, "default") {
            _ = try await desk(1).lift("shop", by: user, reason: "all is well", scope: scope)
        }
        try recorder.server.change(kind, "default", in: "shop", as: "haldane-agent") { document in
            guard case .object(var members) = document else { return }
            members["status"] = ["brakes": ["engaged": true, "since": "2026-05-28T20:26:40Z"]]
            document = .object(members)
        }
        try await recorder.note("freeze --lift", kind, "default") {
            _ = try await desk(2).lift("shop", by: user, reason: "DNS is back", scope: scope)
        }
    }
}
