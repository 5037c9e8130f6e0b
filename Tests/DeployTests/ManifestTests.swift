import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// The manifests of `deploy/`.
@Suite("Manifests")
struct ManifestTests {
    /// What `kubectl apply -k` is used on.
    static let builds = [
        "kustomize/overlays/cluster", "kustomize/overlays/namespaced", "kustomize/pods-proxy", "kustomize/sweep",
        "kustomize/monitoring", "admission", "crds",
    ]

    private static let clusterScoped: Set<JSONValue> = [
        "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ]

    @Test("every file parses, and is an object or a kustomization", arguments: DeployFolder.manifests)
    func parses(path: String) throws {
        let documents = try DeployFolder.documents(path)

        #expect(!documents.isEmpty)
        // Patches are parts of objects.
        for document in documents
        where document["kind"] != nil || !["argocd/", "kustomize/overlays/"].contains(where: path.hasPrefix) {
            #expect(document["kind"]?.string != nil && document["apiVersion"]?.string != nil)
        }
    }

    @Test("every folder is built by kubectl; each object has a name, a place and our label", arguments: builds)
    func built(path: String) throws {
        let objects = try DeployFolder.build(path)

        #expect(!objects.isEmpty)
        for object in objects {
            let kind = try #require(object["kind"], "\(object)")
            #expect(object[["metadata", "name"]]?.string?.isEmpty == false, "\(object.title)")
            #expect((object[["metadata", "namespace"]] == nil) == Self.clusterScoped.contains(kind), "\(object.title)")
            if kind != "CustomResourceDefinition" {
                #expect(object[["metadata", "labels"]]?["app.kubernetes.io/name"] == "haldane", "\(object.title)")
                #expect(object[["metadata", "labels"]]?["app.kubernetes.io/component"] != nil || kind == "Namespace")
            }
        }
        #expect(Set(objects.map(\.title)).count == objects.count)
    }

    @Test("pods run with the least that they need", arguments: ["kustomize/overlays/cluster", "kustomize/sweep"])
    func podSecurity(path: String) throws {
        let objects = try DeployFolder.build(path).filter { $0.podTemplate != nil }

        #expect(!objects.isEmpty)
        for object in objects {
            let pod = try #require(object.podTemplate?["spec"])
            let security = try #require(pod["securityContext"])
            #expect(security["runAsNonRoot"] == true && security["runAsUser"] == 65532)
            #expect(security[["seccompProfile", "type"]] == "RuntimeDefault")
            #expect(pod["hostNetwork"] == nil && pod["hostPID"] == nil && pod["enableServiceLinks"] == false)
            #expect(pod["terminationGracePeriodSeconds"] == 60)
            for container in pod["containers"]?.items ?? [] {
                let security = try #require(container["securityContext"])
                #expect(security["allowPrivilegeEscalation"] == false && security["readOnlyRootFilesystem"] == true)
                #expect(security[["capabilities", "drop"]] == ["ALL"] && security["privileged"] == nil)
                for kind in ["requests", "limits"] {
                    for what in ["cpu", "memory"] {
                        #expect(container[["resources", kind, what]] != nil, "\(kind) \(what)")
                    }
                }
                let mounted = container["volumeMounts"]?.items?.compactMap { $0["mountPath"]?.string } ?? []
                #expect(mounted == ["/data", "/tmp"])
                let arguments = container["args"]?.items?.compactMap(\.string) ?? []
                #expect(arguments.contains { ["--data=/data", "--journals=/data"].contains($0) })
            }
            for volume in pod["volumes"]?.items ?? [] { #expect(volume[["emptyDir", "sizeLimit"]] != nil) }
        }
    }

    @Test("probes, ports, Service and scraping lead to the address that the agent listens at")
    func addresses() throws {
        let objects = try DeployFolder.build("kustomize/overlays/cluster") + DeployFolder.build("kustomize/monitoring")
        let deployment = try #require(objects.first { $0["kind"] == "Deployment" })
        let container = try #require(deployment[["spec", "template", "spec", "containers"]]?[0])
        let arguments = container["args"]?.items?.compactMap(\.string) ?? []
        let port = try #require(container["ports"]?[0])

        #expect(arguments.first == "agent" && arguments.contains("--listen=0.0.0.0:9911"))
        #expect(port["containerPort"] == 9911 && port["name"] == "http")
        for (probe, path) in [
            ("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz"),
        ] {
            #expect(container[[probe, "httpGet"]] == ["path": .string(path), "port": "http"])
        }
        let service = try #require(objects.first { $0["kind"] == "Service" })
        #expect(service[["spec", "ports"]]?[0]?["targetPort"] == "http")
        let monitor = try #require(objects.first { $0["kind"] == "PodMonitor" })
        #expect(monitor[["spec", "podMetricsEndpoints"]]?[0]?["port"] == "http")

        let labels = try #require(deployment[["spec", "template", "metadata", "labels"]]?.members)
        let budget = try #require(objects.first { $0["kind"] == "PodDisruptionBudget" })
        let selectors = [
            deployment[["spec", "selector", "matchLabels"]], service[["spec", "selector"]],
            monitor[["spec", "selector", "matchLabels"]], budget[["spec", "selector", "matchLabels"]],
        ]
        for selector in selectors {
            let wanted = try #require(selector?.members)
            #expect(!wanted.isEmpty && wanted.allSatisfy { labels[$0.key] == $0.value })
        }
    }

    @Test("the image is the same everywhere, and the program's version")
    func images() throws {
        let source = try String(
            contentsOf: DeployFolder.checkout.appending(path: "Sources/haldane/Haldane.swift"),
            encoding: .utf8
        )
        let version = try #require(source.firstMatch(of: /static let number = "([^"]+)"/)?.output.1)

        for path in ["kustomize/overlays/cluster", "kustomize/sweep"] {
            for object in try DeployFolder.build(path) {
                for container in object.podTemplate?[["spec", "containers"]]?.items ?? [] {
                    #expect(container["image"] == .string("haldane:\(version)"), "\(object.title)")
                }
            }
        }
        let chart = try DeployFolder.documents("chart/Chart.yaml")[0]
        #expect(chart["appVersion"] == .string(String(version)))
        #expect(try DeployFolder.text("container/Containerfile").contains("-t haldane:\(version) "))
    }

    @Test("the namespaced overlay looks at, and may touch, the same namespaces")
    func namespaced() throws {
        let objects = try DeployFolder.build("kustomize/overlays/namespaced")
        let deployment = objects.first { $0["kind"] == "Deployment" }
        let arguments = deployment?[["spec", "template", "spec", "containers"]]?[0]?["args"]?.items ?? []
        let roles = objects.filter { $0["kind"] == "RoleBinding" }.compactMap { $0[["metadata", "namespace"]]?.string }

        #expect(arguments.last == "--namespace=test1")
        #expect(Set(roles) == ["haldane-system", "test1"])
        let bound = objects.filter { $0["kind"] == "ClusterRoleBinding" }
        #expect(bound.isEmpty)
    }

    @Test("the operator's rules are those of the file that Prometheus reads")
    func rules() throws {
        let rule = try DeployFolder.documents("kustomize/monitoring/prometheus-rule.yaml")[0]

        #expect(try rule["spec"] == DeployFolder.documents("prometheus/agent-alerts.yaml")[0])
    }
}
