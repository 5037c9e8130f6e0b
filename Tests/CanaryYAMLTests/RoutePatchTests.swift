import CanaryCore
import CanaryYAML
import Testing

@Suite("RoutePatch")
struct RoutePatchTests {
    private static let service: JSONValue = [
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": ["name": "demo4-vs", "namespace": "test1", "resourceVersion": "812", "generation": 4],
        "spec": [
            "hosts": ["demo4.a.com"],
            "http": [
                [
                    "route": [
                        ["destination": ["host": "demo4.test1.svc.cluster.local", "subset": "v1"], "weight": 90],
                        ["destination": ["host": "demo4.test1.svc.cluster.local", "subset": "v2"]],
                    ]
                ]
            ],
        ],
    ]

    private static let selection = RouteSelection(
        object: "demo4-vs",
        namespace: "test1",
        stable: DestinationSpec(subset: "v1"),
        canary: DestinationSpec(subset: "v2")
    )

    @Test("The revision that was read comes first, then both weights, replaced or added")
    func operations() throws {
        let object = try RouteObject(json: Self.service, selection: Self.selection)
        let patch = try object.patch(to: RouteWeights(stable: 75, canary: 25))
        #expect(object.reading.place == "VirtualService test1/demo4-vs, rule 0")
        #expect(
            patch.operations == [
                RoutePatch.Operation(verb: .replace, path: "/metadata/resourceVersion", value: "812"),
                RoutePatch.Operation(verb: .replace, path: "/spec/http/0/route/0/weight", value: 75),
                RoutePatch.Operation(verb: .add, path: "/spec/http/0/route/1/weight", value: 25),
            ]
        )
    }

    @Test("The partner of a lone destination is added at the end of its list")
    func partner() throws {
        let json: JSONValue = [
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": ["name": "demo4", "namespace": "test1", "resourceVersion": "9"],
            "spec": [
                "rules": [
                    ["backendRefs": [["group": "", "kind": "Service", "name": "demo4-v1", "port": 80, "weight": 1]]]
                ]
            ],
        ]
        let selection = RouteSelection(
            kind: .httpRoute,
            object: "demo4",
            stable: DestinationSpec(host: "demo4-v1"),
            canary: DestinationSpec(host: "demo4-v2.other")
        )
        let patch = try RouteObject(json: json, selection: selection).patch(to: RouteWeights(stable: 95, canary: 5))
        #expect(
            patch.operations.dropFirst() == [
                RoutePatch.Operation(verb: .replace, path: "/spec/rules/0/backendRefs/0/weight", value: 95),
                RoutePatch.Operation(
                    verb: .add,
                    path: "/spec/rules/0/backendRefs/-",
                    value: ["kind": "Service", "name": "demo4-v2", "namespace": "other", "port": 80, "weight": 5]
                ),
            ]
        )
        var unnamed = selection
        unnamed.canary.host = nil
        let error = try #require(throws: RouteError.self) {
            try RouteObject(json: json, selection: unnamed).patch(to: RouteWeights(stable: 95, canary: 5))
        }
        #expect(error.message.contains("the spec does not name the other"))
    }

    @Test("An answer that changed nothing, or something else, is not taken for the write")
    func proof() throws {
        let object = try RouteObject(json: Self.service, selection: Self.selection)
        let patch = try object.patch(to: RouteWeights(stable: 75, canary: 25))
        let nothing = try #require(throws: RouteError.self) { try patch.prove(Self.service) }
        #expect(nothing.code == .unproven)
        #expect(nothing.message.hasSuffix("but changed nothing"))
        var answer = applied(patch, to: Self.service)
        #expect(throws: Never.self) { try patch.prove(answer) }
        answer = answer.setting(
            "metadata",
            [
                "name": "demo4-vs", "namespace": "test1", "resourceVersion": "813", "generation": 5,
                "managedFields": [["manager": "haldane"]],
            ]
        ).setting("status", ["observed": 5])
        #expect(throws: Never.self) { try patch.prove(answer) }
        let other = answer.setting("spec", ["http": []])
        let error = try #require(throws: RouteError.self) { try patch.prove(other) }
        #expect(error.description.contains("it differs at /spec/hosts"))
    }

    @Test("A patch of a generated object changes its two weights, or adds the partner, and nothing else")
    func generated() throws {
        let first: UInt64 = 11_2026
        let count: UInt64 = 3000
        print("generated route objects: seeds \(first) ..< \(first + count)")
        for seed in first..<(first + count) {
            let route = GeneratedRoute(seed: seed)
            do throws(RouteError) {
                let object = try RouteObject(json: route.json, selection: route.selection)
                let patch = try object.patch(to: try object.weights(canaryPercent: route.percent))
                let after = applied(patch, to: route.json)
                try patch.prove(after)
                let reading = try RouteObject(json: after, selection: route.selection).reading
                let isAsked = (reading.weights.canaryPercent - route.percent).magnitude < 1e-6
                let changed = Set(differences(route.json, after))
                let partner = route.entriesPath + "/1"
                let allowed = route.weightPaths.union(route.isLone ? [partner] : []).union(["/metadata/resourceVersion"]
                )
                guard isAsked, changed.isSubset(of: allowed), patch.operations.count == 3 else {
                    Issue.record("seed \(seed): \(reading.weights), \(changed.sorted()) of \(route.json)")
                    return
                }
                // The same weights again are the same patch but for the revision, and change nothing.
                let again = try RouteObject(json: after, selection: route.selection).patch(to: reading.weights)
                guard differences(after, applied(again, to: after)).isEmpty else {
                    Issue.record("seed \(seed): not idempotent")
                    return
                }
            } catch {
                Issue.record("seed \(seed): \(error) for \(route.json)")
                return
            }
        }
    }

    @Test("Random documents are refused with a reason")
    func nonsense() {
        let seed: UInt64 = 99
        print("random JSON: seed \(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<2000 {
            var json = GeneratedRoute(seed: random.next()).json
            json = damaged(json, &random)
            // Whether it can be read does not matter; that nothing traps does.
            if let object = try? RouteObject(json: json, selection: GeneratedRoute(seed: random.next()).selection) {
                _ = try? object.patch(to: RouteWeights(stable: 1, canary: 1)).prove(json)
            }
            _ = RouteInventory.describe(json: json).description
        }
    }

    private func damaged(_ json: JSONValue, _ random: inout SeededRandom) -> JSONValue {
        let junk: [JSONValue] = [.null, "", 1, [], [:], .number(.infinity), .integer(.min), "x", true]
        if random.chance(3) { return random.pick(junk) }
        switch json {
        case .array(let items): return .array(items.map { damaged($0, &random) })
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, value) in members.sorted(by: { $0.key < $1.key }) { result[key] = damaged(value, &random) }
            return .object(result)
        default: return json
        }
    }
}

/// What a server makes of a patch: written again here, so that the code under test does not check itself.
func applied(_ patch: RoutePatch, to json: JSONValue) -> JSONValue {
    patch.operations.reduce(json) { json, operation in
        let keys = operation.path.split(separator: "/").map {
            String($0).replacing("~1", with: "/").replacing("~0", with: "~")
        }
        return put(operation.value, at: keys[...], in: json)
    }
}

private func put(_ value: JSONValue, at keys: ArraySlice<String>, in json: JSONValue) -> JSONValue {
    guard let key = keys.first else { return value }
    switch json {
    case .object(var members):
        members[key] = put(value, at: keys.dropFirst(), in: members[key] ?? .null)
        return .object(members)
    case .array(var items):
        if key == "-" { return .array(items + [value]) }
        guard let index = Int(key), items.indices.contains(index) else { return json }
        items[index] = put(value, at: keys.dropFirst(), in: items[index])
        return .array(items)
    default: return json
    }
}

/// The pointers at which two documents differ; an item that one list lacks counts as one.
private func differences(_ left: JSONValue, _ right: JSONValue, at pointer: String = "") -> [String] {
    switch (left, right) {
    case (.object(let mine), .object(let theirs)):
        return Set(mine.keys).union(theirs.keys).flatMap { key in
            guard let one = mine[key], let other = theirs[key] else { return ["\(pointer)/\(key)"] }
            return differences(one, other, at: "\(pointer)/\(key)")
        }
    case (.array(let mine), .array(let theirs)):
        return (0..<max(mine.count, theirs.count)).flatMap { index in
            guard index < mine.count, index < theirs.count else { return ["\(pointer)/\(index)"] }
            return differences(mine[index], theirs[index], at: "\(pointer)/\(index)")
        }
    default:
        return left == right ? [] : [pointer]
    }
}

extension JSONValue {
    func setting(_ key: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var members) = self else { return self }
        members[key] = value
        return .object(members)
    }
}
