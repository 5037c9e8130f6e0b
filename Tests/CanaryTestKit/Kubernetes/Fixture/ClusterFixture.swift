import CanaryYAML

/// The cluster of the demo service in a `FakeAPIServer`: routes, Services, Deployments, pods and their endpoints.
///
/// Namespace `test1`; two versions, of 8 and 2 pods. Every change of a pod is followed by the Deployments' status and
/// the EndpointSlices, as the controllers of a real cluster would do it.
///
/// ```swift
/// let cluster = try ClusterFixture()
/// let config = try cluster.writeKubeconfig(in: folder)
/// … haldane run --kubeconfig config …
/// try cluster.setReady(false, of: cluster.pods(.canary)[0])
/// try cluster.release("7d4b9f66c8", as: .canary)
/// ```
package final class ClusterFixture: Sendable {
    /// One of the two versions of the service.
    package enum Version: String, Sendable, CaseIterable {
        case stable = "v1"
        case canary = "v2"

        /// `demo4-deployment-v1` or `-v2`.
        package var workload: String { "demo4-deployment-\(rawValue)" }

        /// The third number of the pods' addresses.
        fileprivate var net: Int { self == .stable ? 1 : 2 }

        var firstTemplate: String { self == .stable ? "6b7f9c5d48" : "7c8d5f6b9d" }
    }

    /// How the cluster begins.
    package struct Configuration: Sendable {
        package var stablePods = 8
        package var canaryPods = 2
        /// The routes that are there from the start.
        package var routes: Set<DemoRoute> = [.virtualService, .httpRoute]
        /// The first three numbers of the pods' addresses follow from the version; this makes one of the last.
        package var address: @Sendable (_ version: Version, _ number: Int) -> String = { version, number in
            "127.0.\(100 + version.net).\(1 + number % 250)"
        }

        package init() {}
    }

    package static let namespace = "test1"

    package let server: FakeAPIServer
    private let address: @Sendable (Version, Int) -> String

    /// Fills a server with the demo service.
    package init(_ configuration: Configuration = Configuration(), on server: FakeAPIServer? = nil) throws {
        let server = try server ?? FakeAPIServer()
        self.server = server
        address = configuration.address
        for document in DemoDocuments.services + [DemoDocuments.destinationRule, DemoDocuments.istioGateway] {
            try server.apply(json: document)
        }
        try server.apply(json: DemoDocuments.gateway)
        for route in DemoRoute.allCases where configuration.routes.contains(route) {
            try server.apply(json: route.document)
        }
        for version in Version.allCases {
            let count = version == .stable ? configuration.stablePods : configuration.canaryPods
            try server.apply(Workloads.deployment(version, template: version.firstTemplate, replicas: count))
            try addReplicaSet(version, template: version.firstTemplate, replicas: count)
            for _ in 0..<max(0, count) { try addPod(version) }
        }
        try settle()
    }

    /// The names of a version's pods, in order.
    package func pods(_ version: Version) -> [String] {
        podObjects(version).compactMap { $0["metadata"]?["name"]?.string }
    }

    /// The weights of a route's first rule, as they are stored: nil where none is written.
    package func weights(_ route: DemoRoute = .virtualService) -> [Int?] {
        let object = server.view.object(route.kind, route.name, in: Self.namespace)
        let entries =
            route.kind == .virtualServices
            ? object?["spec"]?["http"]?[0]?["route"] : object?["spec"]?["rules"]?[0]?["backendRefs"]
        return (entries?.items ?? []).map { $0["weight"]?.integer }
    }

    /// Makes a pod ready or not.
    package func setReady(_ isReady: Bool, of pod: String) throws {
        try server.change(.pods, pod, in: Self.namespace, as: "kubelet") { Workloads.setReady(isReady, &$0) }
        try settle()
    }

    /// Makes all pods of a version ready or not.
    package func setReady(_ isReady: Bool, _ version: Version) throws {
        for pod in pods(version) {
            try server.change(.pods, pod, in: Self.namespace, as: "kubelet") { Workloads.setReady(isReady, &$0) }
        }
        try settle()
    }

    /// Restarts a pod's container: the same pod, one restart more.
    package func restart(_ pod: String) throws {
        try server.change(.pods, pod, in: Self.namespace, as: "kubelet") { Workloads.restart(&$0) }
        try settle()
    }

    /// Takes a pod away for good.
    package func delete(_ pod: String) throws {
        server.delete(.pods, pod, in: Self.namespace)
        try settle()
    }

    /// Takes a pod away and brings another one in its place.
    ///
    /// - Returns: the name of the new one.
    @discardableResult
    package func replace(_ pod: String) throws -> String {
        let version = Version.allCases.first { pods($0).contains(pod) } ?? .stable
        server.delete(.pods, pod, in: Self.namespace)
        let name = try addPod(version)
        try settle()
        return name
    }

    /// Sets how many pods a version has; new ones are ready at once.
    package func scale(_ version: Version, to count: Int) throws {
        try server.change(.deployments, version.workload, in: Self.namespace, as: "kubectl") { document in
            document.set(["spec", "replicas"], .integer(Int64(count)))
        }
        try server.change(.replicaSets, replicaSet(version), in: Self.namespace, as: "kube-controller-manager") {
            $0.set(["spec", "replicas"], .integer(Int64(count)))
        }
        let present = pods(version)
        for pod in present.dropFirst(max(0, count)) { server.delete(.pods, pod, in: Self.namespace) }
        for _ in 0..<max(0, count - present.count) { try addPod(version) }
        try settle()
    }

    /// Rolls out another revision of a version: a new template hash, and new pods in place of all old ones.
    package func release(_ template: String, as version: Version) throws {
        let count = pods(version).count
        for pod in pods(version) { server.delete(.pods, pod, in: Self.namespace) }
        try server.change(.replicaSets, replicaSet(version), in: Self.namespace, as: "kube-controller-manager") {
            $0.set(["spec", "replicas"], 0)
        }
        try server.change(.deployments, version.workload, in: Self.namespace, as: "kubectl") { document in
            Workloads.setTemplate(template, version, &document)
        }
        try addReplicaSet(version, template: template, replicas: count)
        for _ in 0..<count { try addPod(version) }
        try settle()
    }

    /// The present template hash of a version.
    package func template(of version: Version) -> String {
        server.view.object(.deployments, version.workload, in: Self.namespace)
            .flatMap(Workloads.template) ?? version.firstTemplate
    }

    private func replicaSet(_ version: Version) -> String { "\(version.workload)-\(template(of: version))" }

    private func podObjects(_ version: Version) -> [JSONValue] {
        server.view.objects(.pods, in: Self.namespace).filter {
            $0["metadata"]?["labels"]?["version"]?.string == version.rawValue
        }
    }

    private func addReplicaSet(_ version: Version, template: String, replicas: Int) throws {
        let owner = server.view.object(.deployments, version.workload, in: Self.namespace)
        try server.apply(
            Workloads.replicaSet(version, template: template, replicas: replicas, owner: owner),
            as: "kube-controller-manager"
        )
    }

    /// Adds a ready pod of the present template.
    @discardableResult
    private func addPod(_ version: Version) throws -> String {
        // Revisions only rise, so no name comes twice.
        let view = server.view
        let suffix = Workloads.suffix(view.revision)
        let used = Set(view.objects(.pods).compactMap { $0["status"]?["podIP"]?.string })
        let number = (0..<250).first { !used.contains(address(version, $0)) } ?? view.revision
        let template = template(of: version)
        let name = "\(version.workload)-\(template)-\(suffix)"
        let owner = view.object(.replicaSets, replicaSet(version), in: Self.namespace)
        let pod = Workloads.pod(version, name, template: template, address: address(version, number), owner: owner)
        try server.apply(pod, as: "kubelet")
        return name
    }

    /// Brings Deployments, ReplicaSets and EndpointSlices up to the pods.
    private func settle() throws {
        let all = Version.allCases.map { ($0, podObjects($0)) }
        for (version, pods) in all {
            let ready = pods.count(where: Workloads.isReady)
            for (kind, name) in [(ClusterKind.deployments, version.workload), (.replicaSets, replicaSet(version))] {
                try server.change(kind, name, in: Self.namespace, as: "kube-controller-manager") {
                    Workloads.setCounts(&$0, pods: pods.count, ready: ready)
                }
            }
            try server.apply(
                Workloads.endpoints(of: "demo4-\(version.rawValue)", pods),
                as: "kube-controller-manager"
            )
        }
        try server.apply(Workloads.endpoints(of: "demo4", all.flatMap(\.1)), as: "kube-controller-manager")
    }
}
