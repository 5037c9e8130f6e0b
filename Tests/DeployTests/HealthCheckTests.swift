import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Argo CD's view of a Canary, by a real Lua.
@Suite("Argo CD's health check")
struct HealthCheckTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var phase: String
        var conditions: [String: String]
        var observed: Int = 3
        var health: String
        var testDescription: String { "\(phase) \(conditions.sorted { $0.key < $1.key }) is \(health)" }
    }

    static let cases = [
        Case(
            phase: "Idle",
            conditions: ["Ready": "True", "Reconciling": "False", "Stalled": "False"],
            health: "Healthy"
        ),
        Case(
            phase: "Progressing",
            conditions: ["Ready": "Unknown", "Reconciling": "True", "Stalled": "False"],
            health: "Progressing"
        ),
        Case(phase: "RollingBack", conditions: ["Ready": "Unknown", "Reconciling": "True"], health: "Progressing"),
        Case(
            phase: "Paused",
            conditions: ["Ready": "Unknown", "Reconciling": "True", "Stalled": "True"],
            health: "Suspended"
        ),
        Case(
            phase: "Held",
            conditions: ["Ready": "False", "Reconciling": "False", "Stalled": "True"],
            health: "Degraded"
        ),
        Case(phase: "Invalid", conditions: ["Ready": "False", "Stalled": "True"], health: "Degraded"),
        Case(
            phase: "Idle",
            conditions: ["Ready": "False", "Reconciling": "False", "Stalled": "False"],
            health: "Degraded"
        ),
        Case(phase: "Idle", conditions: [:], health: "Progressing"),
        Case(phase: "Idle", conditions: ["Ready": "True"], observed: 2, health: "Progressing"),
    ]

    private static func health(_ object: String) throws -> String {
        let script =
            "obj = \(object); local h = dofile('\(DeployFolder.url.path)/argocd/health.lua'); "
            + "io.write(h.status, ': ', h.message)"
        return try ServerProcess.output(of: "lua5.4", ["-e", script], variable: "LUA", package: "lua5.4")
    }

    @Test("conditions become a health, with the agent's message", arguments: cases)
    func conditions(_ one: Case) throws {
        let conditions = one.conditions.sorted { $0.key < $1.key }
            .map { "{type='\($0.key)', status='\($0.value)'}" }.joined(separator: ", ")
        let object =
            "{metadata={generation=3}, status={observedGeneration=\(one.observed), phase='\(one.phase)', "
            + "message='why it is so', conditions={\(conditions)}}}"

        let said = try Self.health(object)

        let message = one.observed == 3 ? "why it is so" : "no agent has looked at the present spec yet"
        #expect(said == "\(one.health): \(message)")
    }

    @Test("a canary that nobody has looked at is progressing")
    func unseen() throws {
        #expect(try Self.health("{metadata={generation=1}}") == "Progressing: no agent has looked at this canary yet")
        #expect(try Self.health("{metadata={}, status={}}") == "Progressing: no agent has looked at this canary yet")
    }

    @Test("the patch of argocd-cm holds this check, and leaves weights to whoever steers them")
    func patch() throws {
        let data = try #require(try DeployFolder.documents("argocd/argocd-cm-patch.yaml")[0]["data"])

        #expect(
            data["resource.customizations.health.haldane.dev_Canary"]?.string
                == (try DeployFolder.text("argocd/health.lua"))
        )
        let kinds = [
            "networking.istio.io_VirtualService", "gateway.networking.k8s.io_HTTPRoute",
            "gateway.networking.k8s.io_GRPCRoute",
        ]
        for kind in kinds {
            let text = try #require(data["resource.customizations.ignoreDifferences.\(kind)"]?.string)
            let paths = try YAMLText.parse(text)["jqPathExpressions"]?.items?.compactMap(\.string) ?? []
            #expect(!paths.isEmpty && paths.allSatisfy { $0.hasSuffix("[]?.weight") })
        }
    }
}
