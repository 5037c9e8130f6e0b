import CanaryTestKit
import CanaryYAML
import Testing

/// The Helm chart, held against the kustomizations.
@Suite("Chart")
struct ChartTests {
    /// Labels that every packager sets in its own way, and what follows from them.
    private static func comparable(_ object: JSONValue) -> JSONValue {
        func stripped(_ value: JSONValue) -> JSONValue {
            switch value {
            case .array(let items): return .array(items.map(stripped))
            case .object(var members):
                for key in ["instance", "managed-by", "version"] { members["app.kubernetes.io/\(key)"] = nil }
                members["helm.sh/chart"] = nil
                return .object(members.mapValues(stripped))
            default: return value
            }
        }
        return stripped(object)
    }

    private static func table(_ objects: [JSONValue]) -> [String: JSONValue] {
        Dictionary(objects.map { ($0.title, comparable($0)) }) { $1 }
    }

    /// What the chart leaves to its user, and to Helm: the namespace and the CRDs.
    private static func kustomized(_ paths: [String]) throws -> [String: JSONValue] {
        let objects = try paths.flatMap { try DeployFolder.build($0) }
        return table(objects.filter { !["Namespace", "CustomResourceDefinition"].contains($0["kind"]) })
    }

    private static func expectEqual(_ chart: [String: JSONValue], _ kustomized: [String: JSONValue]) {
        #expect(Set(chart.keys) == Set(kustomized.keys))
        for (title, object) in kustomized {
            guard let other = chart[title] else { continue }
            #expect(other == object, "\(title)")
        }
    }

    @Test("with its defaults the chart is the cluster-wide overlay")
    func defaults() throws {
        Self.expectEqual(
            Self.table(try DeployFolder.chart()),
            try Self.kustomized(["kustomize/overlays/cluster"])
        )
    }

    @Test("with one namespace it is the namespaced overlay")
    func namespaced() throws {
        Self.expectEqual(
            Self.table(try DeployFolder.chart(["namespaces": ["test1"]])),
            try Self.kustomized(["kustomize/overlays/namespaced"])
        )
    }

    @Test("with everything switched on it is everything")
    func everything() throws {
        let values: JSONValue = [
            "podsProxy": true, "sweep": ["enabled": true], "admission": ["enabled": true],
            "monitoring": ["podMonitor": true, "rules": true],
        ]

        Self.expectEqual(
            Self.table(try DeployFolder.chart(values)),
            try Self.kustomized([
                "kustomize/overlays/cluster", "kustomize/pods-proxy", "kustomize/sweep", "admission",
                "kustomize/monitoring",
            ])
        )
    }

    @Test("in another namespace nothing speaks of the usual one, policies and bindings included")
    func otherNamespace() throws {
        let values: JSONValue = [
            "podsProxy": true, "sweep": ["enabled": true], "admission": ["enabled": true, "plannedRoutes": false],
            "namespaces": ["shop", "ops"],
        ]

        let objects = try DeployFolder.chart(values, namespace: "ops")

        for object in objects {
            let strings = object.all { $0.string?.contains("haldane-system") == true }
            #expect(strings.isEmpty, "\(object.title)")
        }
        let titles = objects.map(\.title)
        #expect(Set(titles).count == titles.count, "two objects with one name")
        #expect(!titles.contains("ValidatingAdmissionPolicy haldane-planned-routes"))
        for account in ["haldane-agent", "haldane-sweep"] {
            let rules = try RBACRules(of: account, in: "ops", manifests: objects)
            #expect(Set(rules.grants.map(\.namespace)) == ["shop", "ops"])
        }
    }

    @Test(
        "values that are wrong are refused",
        arguments: [
            ["replicas": 0], ["namespaces": ["Not A Name"]], ["replica": 2], ["sweep": ["enabled": "yes"]],
        ] as [JSONValue]
    )
    func schema(values: JSONValue) {
        #expect(throws: DeployFolder.Failure.self) { try DeployFolder.chart(values) }
    }
}
