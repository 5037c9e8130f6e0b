import CanaryYAML

/// A namespace with one service of two versions, as its API would give it.
enum SampleNamespace {
    static let threeLines: JSONValue = [
        "apiVersion": "haldane.dev/v1", "kind": "Canary",
        "metadata": ["name": "demo4", "namespace": "test1", "uid": "1", "generation": 3, "managedFields": []],
        "spec": [:], "status": ["phase": "Idle"],
    ]

    static func canary(_ spec: JSONValue, name: String = "demo4") -> JSONValue {
        ["metadata": ["name": .string(name), "namespace": "test1"], "spec": spec]
    }

    static func virtualService(_ name: String = "demo4-vs", _ rules: JSONValue? = nil) -> JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": ["name": .string(name), "namespace": "test1"],
            "spec": ["hosts": ["demo4.a.com"], "http": rules ?? [rule()]],
        ]
    }

    static func rule(
        host: String = "demo4.test1.svc.cluster.local",
        _ first: String = "v1",
        _ second: String? = "v2",
        name: String? = nil
    ) -> JSONValue {
        func entry(_ subset: String, _ weight: Int64) -> JSONValue {
            ["destination": ["host": .string(host), "subset": .string(subset)], "weight": .integer(weight)]
        }
        var members: [String: JSONValue] = [
            "route": .array([entry(first, 100)] + (second.map { [entry($0, 0)] } ?? []))
        ]
        if let name {
            members["name"] = .string(name)
            members["match"] = [["uri": ["prefix": .string("/\(name)")]]]
        }
        return .object(members)
    }

    static func destinationRule(_ subsets: [String] = ["v1", "v2"]) -> JSONValue {
        [
            "metadata": ["name": "demo4", "namespace": "test1"],
            "spec": [
                "host": "demo4",
                "subsets": .array(
                    subsets.map { ["name": .string($0), "labels": ["version": .string($0)]] }
                ),
            ],
        ]
    }

    static func deployment(_ name: String, _ labels: JSONValue) -> JSONValue {
        [
            "metadata": ["name": .string(name), "namespace": "test1"],
            "spec": ["template": ["metadata": ["labels": labels]]],
        ]
    }

    static func service(_ name: String, _ selector: JSONValue) -> JSONValue {
        ["metadata": ["name": .string(name), "namespace": "test1"], "spec": ["selector": selector]]
    }

    static var facts: ClusterFacts {
        ClusterFacts(
            virtualServices: [virtualService(), virtualService("other", [rule(host: "other", "a", "b")])],
            destinationRules: [destinationRule()],
            deployments: [
                deployment("demo4-deployment-v1", ["app": "demo4", "version": "v1"]),
                deployment("demo4-deployment-v2", ["app": "demo4", "version": "v2", "more": "x"]),
                deployment("other-v1", ["app": "other", "version": "v1"]),
            ],
            services: [service("demo4", ["app": "demo4"])]
        )
    }

    static func policy(_ spec: String, namespace: String = "haldane-system") throws -> PolicyDocument {
        try PolicyDocument.decode(
            text: """
                apiVersion: haldane.dev/v1
                kind: CanaryPolicy
                metadata: { name: default, namespace: \(namespace) }
                spec:
                \(spec)
                """,
            file: "policy.yaml"
        )
    }
}
