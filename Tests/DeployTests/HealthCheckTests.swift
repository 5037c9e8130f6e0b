import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Argo CD's view of a Canary, by a real Lua, from statuses as they are really written.
@Suite("Argo CD's health check")
struct HealthCheckTests {
    private static let gallery = StatusGallery().statuses

    static let healths: [String: [String]] = [
        "Healthy": ["known", "promoted", "promoted, just now"],
        "Progressing": [
            "new and not ready", "new and waiting", "new and beginning", "pods not known", "a run of a CI job",
            "promoted, not in Git yet", "promoted, not in Git yet, just now", "starting", "watching",
            "step being written", "analysing", "last step being written", "baking", "rolling back", "emptying",
            "frozen",
        ],
        "Suspended": ["paused", "step of a paused run being written", "paused at a step"],
        "Degraded": [
            "weights of nobody", "invalid", "rolled back", "rolled back, just now", "held", "held, just now", "stopped",
            "stopped, just now", "refused", "refused, just now",
        ],
    ]

    /// What the check says of an object, as `Healthy: why`.
    private static func health(_ object: JSONValue) throws -> String {
        let script =
            "obj = \(lua(object)); local h = dofile('\(DeployFolder.url.path)/argocd/health.lua'); "
            + "io.write(h.status, ': ', h.message)"
        return try ServerProcess.output(of: "lua5.4", ["-e", script], variable: "LUA", package: "lua5.4")
    }

    /// A value as Lua writes it.
    private static func lua(_ value: JSONValue) -> String {
        switch value {
        case .null: "nil"
        case .bool(let flag): "\(flag)"
        case .integer(let number): "\(number)"
        case .number(let number): "\(number)"
        case .string(let text):
            "'" + text.utf8.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
        case .array(let items): "{" + items.map(lua).joined(separator: ", ") + "}"
        case .object(let members):
            "{" + members.map { "[\(lua(.string($0.key)))] = \(lua($0.value))" }.joined(separator: ", ") + "}"
        }
    }

    @Test("a canary has the health that people expect, with its message", arguments: healths.keys.sorted())
    func conditions(health: String) throws {
        for name in try #require(Self.healths[health]) {
            let status = try #require(Self.gallery[name], "\(name)")
            let message = try #require(status["message"]?.string)
            let said = try Self.health(["metadata": ["generation": 3], "status": status])
            #expect(said == "\(health): \(message)", "\(name)")
        }
    }

    @Test("every status that is rendered is among them, and every phase")
    func complete() {
        #expect(Set(Self.healths.values.joined()) == Set(Self.gallery.keys))
        #expect(Set(Self.gallery.values.compactMap { $0["phase"]?.string }) == StatusGallery.phases)
    }

    @Test("a status about an older spec is progressing", arguments: ["known", "rolled back", "paused"])
    func older(name: String) throws {
        let status = try #require(Self.gallery[name])
        let said = try Self.health(["metadata": ["generation": 4], "status": status])
        #expect(said == "Progressing: no agent has looked at the present spec yet")
    }

    @Test("a canary that nobody has looked at is progressing")
    func unseen() throws {
        let answered: JSONValue = ["metadata": ["generation": 1], "status": ["request": ["id": "pause-001"]]]
        for object in [["metadata": ["generation": 1]], ["metadata": [:], "status": [:]], answered] as [JSONValue] {
            #expect(try Self.health(object) == "Progressing: no agent has looked at this canary yet")
        }
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
