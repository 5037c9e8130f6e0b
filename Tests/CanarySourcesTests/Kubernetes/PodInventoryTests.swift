import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite struct PodInventoryTests {
    private static func inventory(
        _ pods: [KubernetesObject],
        _ slices: [KubernetesObject] = [],
        subsets: [String: [String: String]] = ["v1": ["version": "v1"], "v2": ["version": "v2"]]
    ) throws -> PodInventory {
        let backends = try RouteBackends(
            ClusterObjects.subsetRoute,
            object: ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]])
        )
        let rules = [ClusterObjects.destinationRule(subsets: subsets)]
        return PodInventory(
            pods: pods,
            slices: slices,
            stable: try VersionSelector(backends.stable, services: [ClusterObjects.service()], rules: rules),
            canary: try VersionSelector(backends.canary, services: [ClusterObjects.service()], rules: rules)
        )
    }

    private static func one(_ pod: KubernetesObject, _ slices: [KubernetesObject] = []) throws -> DiscoveredPod {
        try #require(try inventory([pod], slices).pods.first)
    }

    @Test("pods are sorted into their versions; those of neither are left out")
    func sides() throws {
        let inventory = try Self.inventory([
            ClusterObjects.pod("c", version: "v2"), ClusterObjects.pod("a"), ClusterObjects.pod("b", version: "v3"),
            ClusterObjects.pod("other", labels: ["app": "reviews"]),
            ClusterObjects.pod("elsewhere", namespace: "other"),
        ])

        #expect(inventory.pods.map(\.name) == ["a", "c"])
        #expect(inventory.pods.map(\.side) == [.stable, .canary])
        #expect(inventory.ambiguous.isEmpty)
    }

    @Test("a pod of both subsets is ambiguous and counts for neither")
    func ambiguous() throws {
        let inventory = try Self.inventory(
            [ClusterObjects.pod("b", version: "v2"), ClusterObjects.pod("a")],
            subsets: ["v1": [:], "v2": ["version": "v2"]]
        )

        #expect(inventory.ambiguous == ["b"])
        #expect(inventory.pods.map(\.name) == ["a"])
    }

    @Test("no pods are no pods")
    func none() throws {
        let inventory = try Self.inventory([])
        #expect(inventory.pods.isEmpty)
        let population = inventory.population(ClusterObjects.subsetRoute, namespace: "test1")
        #expect(population.stable == Population.Side(ready: 0, total: 0))
        #expect(population.canary == Population.Side(ready: 0, total: 0))
    }

    @Test(
        "readiness is what the EndpointSlice says",
        arguments: [
            (ClusterObjects.ready, true, false), (ClusterObjects.notReady, false, false),
            (ClusterObjects.draining, false, true), ([:], true, false),
            (["ready": true, "terminating": true], true, true), (["ready": .null], true, false),
        ] as [([String: JSONValue], Bool, Bool)]
    )
    func readiness(conditions: [String: JSONValue], isReady: Bool, isTerminating: Bool) throws {
        let pod = try Self.one(ClusterObjects.pod("a"), [ClusterObjects.slice([("a", conditions)])])
        #expect(pod.isReady == isReady)
        #expect(pod.isTerminating == isTerminating)
    }

    @Test("a pod in no slice is not ready, whatever it says of itself, and slices of other Services do not count")
    func noSlice() throws {
        #expect(try !Self.one(ClusterObjects.pod("a")).isReady)
        let other = ClusterObjects.slice([("a", ClusterObjects.ready)], service: "reviews")
        #expect(try !Self.one(ClusterObjects.pod("a"), [other]).isReady)
    }

    @Test("an endpoint without a reference is its address's pod; one of something else is nobody")
    func byAddress() throws {
        func slice(_ endpoint: JSONValue) -> KubernetesObject {
            var slice = ClusterObjects.slice([])
            guard case .object(var members) = slice.json else { return slice }
            members["endpoints"] = [endpoint]
            slice.json = .object(members)
            return slice
        }
        let known = slice(["addresses": ["10.0.0.1"], "conditions": ["ready": true]])
        #expect(try Self.one(ClusterObjects.pod("a"), [known]).isReady)
        let machine = slice(["addresses": ["10.0.0.1"], "targetRef": ["kind": "Node", "uid": "n"]])
        #expect(try !Self.one(ClusterObjects.pod("a"), [machine]).isReady)
    }

    @Test("a pod with two families is one pod, ready if either slice says so, reached by its first address")
    func dualStack() throws {
        let pod = try Self.one(
            ClusterObjects.pod("a", ip: "fd00::7", status: ["podIPs": [["ip": "fd00::7"], ["ip": "10.0.0.7"]]]),
            [
                ClusterObjects.slice([("a", ClusterObjects.notReady)]),
                ClusterObjects.slice([("a", ClusterObjects.ready)], family: "IPv6"),
            ]
        )
        #expect(pod.isReady)
        #expect(pod.ip == "fd00::7")
        #expect(pod.ips == ["fd00::7", "10.0.0.7"])
    }

    @Test("deletion, the end of all containers and a missing address are seen")
    func lifecycle() throws {
        let ending = ClusterObjects.pod("a", metadata: ["deletionTimestamp": "2026-11-23T06:30:00Z"])
        #expect(try Self.one(ending).isTerminating)
        #expect(try Self.one(ending).canBeScraped)
        for phase in ["Succeeded", "Failed"] {
            let pod = try Self.one(ClusterObjects.pod("a", status: ["phase": .string(phase)]))
            #expect(pod.isFinished && !pod.canBeScraped)
        }
        let pending = try Self.one(ClusterObjects.pod("a", ip: nil, status: ["phase": "Pending"]))
        #expect(!pending.canBeScraped && !pending.isFinished)
    }

    @Test(
        "restarts of the sidecar are counted, ordinary or native",
        arguments: ["containerStatuses", "initContainerStatuses"]
    )
    func restarts(key: String) throws {
        let statuses: JSONValue = [["name": "app", "restartCount": 9], ["name": "istio-proxy", "restartCount": 2]]
        #expect(try Self.one(ClusterObjects.pod("a", status: [key: statuses])).proxyRestarts == 2)
        #expect(try Self.one(ClusterObjects.pod("a")).proxyRestarts == nil)
    }

    @Test(
        "the workload is what is scaled",
        arguments: [
            ("ReplicaSet", "demo4-v1-abc", ["pod-template-hash": "abc"], "deployment/demo4-v1"),
            (
                "ReplicaSet", "demo4-abc", ["rollouts-pod-template-hash": "abc", "pod-template-hash": "x"],
                "rollout/demo4"
            ),
            ("ReplicaSet", "bare", ["pod-template-hash": "abc"], "replicaset/bare"),
            ("ReplicaSet", "-abc", ["pod-template-hash": "abc"], "replicaset/-abc"),
            ("StatefulSet", "db", ["controller-revision-hash": "db-1"], "statefulset/db"),
        ] as [(String, String, [String: String], String)]
    )
    func workload(kind: String, owner: String, labels: [String: String], expected: String) throws {
        let reference: JSONValue = ["kind": .string(kind), "name": .string(owner), "controller": true]
        var pod = ClusterObjects.pod("a", metadata: ["ownerReferences": [reference]])
        guard case .object(var members) = pod.json else { return }
        let all = ["app": "demo4", "version": "v1"].merging(labels) { $1 }
        members["metadata"] = ClusterObjects.meta("a", labels: all, more: ["ownerReferences": [reference]])
        pod.json = .object(members)
        let found = try Self.one(pod)
        #expect(found.workload == expected)
        #expect(labels.values.contains(found.templateHash ?? ""))
    }

    @Test("the population counts what stays: pods that end or have ended are nobody")
    func population() throws {
        let deleted: [String: JSONValue] = ["deletionTimestamp": "2026-11-23T06:30:00Z"]
        let inventory = try Self.inventory(
            [
                ClusterObjects.pod("a"), ClusterObjects.pod("b"),
                ClusterObjects.pod("c", labels: ["pod-template-hash": "z"]),
                ClusterObjects.pod("d", labels: ["pod-template-hash": "old"], metadata: deleted),
                ClusterObjects.pod("e", status: ["phase": "Failed"]),
                ClusterObjects.pod("f", version: "v2", metadata: deleted),
            ],
            [ClusterObjects.slice(["a", "b", "d", "f"].map { ($0, ClusterObjects.ready) })]
        )
        let population = inventory.population(ClusterObjects.subsetRoute, namespace: "test1")

        #expect(population.stable.ready == 2)
        #expect(population.stable.total == 3)
        #expect(population.stable.hashes == ["hashv1", "z"])
        #expect(population.canary == Population.Side(ready: 0, total: 0, workload: "deployment/demo4-v2"))
    }

    @Test("the spec's workload names what is scaled where no pod tells")
    func namedWorkload() throws {
        var route = ClusterObjects.subsetRoute
        route.canary.workload = "demo4-next"
        let empty = try Self.inventory([]).population(route, namespace: "test1")
        #expect(empty.canary.workload == "deployment/demo4-next")
        let pods = try Self.inventory([ClusterObjects.pod("a", version: "v2")])
        #expect(pods.population(route, namespace: "test1").canary.workload == "deployment/demo4-v2")
    }

    @Test("objects of any shape are read without a trap")
    func oddObjects() throws {
        let odd: [JSONValue] = [
            .null, [], "x", ["metadata": 1], ["metadata": ["labels": ["app": 1]], "status": []],
            [
                "metadata": [
                    "labels": ["app": "demo4", "version": "v1"], "ownerReferences": ["x"], "namespace": "test1",
                ],
                "status": [
                    "podIPs": [1, ["ip": 2]], "containerStatuses": [["name": "istio-proxy", "restartCount": "x"]],
                ],
            ],
        ]
        let slices =
            odd + [
                [
                    "metadata": ["labels": ["kubernetes.io/service-name": "demo4"], "namespace": "test1"],
                    "endpoints": [1, [:], ["addresses": 3]],
                ]
            ]
        let inventory = try Self.inventory(odd.map { KubernetesObject($0) }, slices.map { KubernetesObject($0) })
        #expect(inventory.pods.count == 1)
        #expect(inventory.pods.first?.ip == nil)
    }
}
